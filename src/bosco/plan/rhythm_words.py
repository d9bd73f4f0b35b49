"""The words of rhythms in French and English: units, nicknames, first and last."""

import re

from bosco.plan.day_words import DAY_NUMBER, MONTH_NUMBER
from bosco.plan.month_rhythm import LAST

# unit -> (how many, of what); quarters and half-years are months that begin with the year.
_UNITS: dict[tuple[int, str], tuple[str, ...]] = {
    (1, "minute"): ("m", "min", "mn", "minute", "minutes"),
    (1, "hour"): ("h", "hr", "hour", "hours", "heure", "heures", "hourly"),
    (1, "day"): ("d", "j", "day", "days", "jour", "jours", "daily", "quotidien", "quotidienne"),
    (1, "week"): ("w", "wk", "sem", "week", "weeks", "semaine", "semaines", "weekly", "hebdomadaire"),
    (1, "month"): ("mo", "month", "months", "mois", "monthly", "mensuel", "mensuelle"),
    (3, "month"): ("q", "quarter", "quarters", "trimestre", "trimestres", "quarterly", "trimestriel", "trimestrielle"),
    (6, "month"): ("half-year", "half-years", "half-yearly", "semestre", "semestres", "semestriel", "semestrielle"),
    (1, "year"): ("y", "yr", "year", "years", "an", "ans", "annee", "annees", "yearly", "annual", "annuel", "annuelle"),
}
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}

_ORDINALS = {
    1: ("1st", "first", "1er", "1re", "1ere", "premier", "premiere"),
    2: ("2nd", "2d", "second", "2e", "2eme", "deuxieme", "seconde"),
    3: ("3rd", "third", "3e", "3eme", "troisieme"),
    4: ("4th", "fourth", "4e", "4eme", "quatrieme"),
    5: ("5th", "fifth", "5e", "5eme", "cinquieme"),
    LAST: ("last", "dernier", "derniere"),
}
ORDINAL_OF = {word: number for number, words in _ORDINALS.items() for word in words}

EVERY = re.compile(r"(?:every|each|chaque|tous les|toutes les|the|les|le|la|l'|du|from)(?:\s+|$|(?<='))")
COUNTED = re.compile(r"(?:(\d{1,9})\s*)?([a-z][a-z-]*)")
AND = re.compile(r"\s*(?:,|;|\band\b|\bet\b)\s*")
NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|re|eme|e)?")
OF = re.compile(r"(.+?)(?:\s+(?:of|in|de|du|en)\s+|\s+d'|\s+)(?:(?:the|every|each|chaque|le|la)\s+)?([a-z-]+)")
KNOWN = (*UNIT_OF, *DAY_NUMBER, *ORDINAL_OF, *MONTH_NUMBER, "weekday", "weekend", "jour de semaine")
