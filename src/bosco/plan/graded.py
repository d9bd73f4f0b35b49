"""Conditions on words: `medium+` of an ordered scale, grades from `A+` to `F`, and words that are alike or not."""

from dataclasses import dataclass

from bosco.kit.words import Language, Message, msg
from bosco.plan.compared import compares, in_words, verdict
from bosco.plan.seen import Condition, Seen, Verdict, not_seen, unknown
from bosco.plan.spelling import LONGEST, plain

# From harmless to bad; what different tools and languages say for the same.
SEVERITIES: tuple[tuple[str, ...], ...] = (
    ("none", "aucun", "aucune"),
    ("info", "informational", "negligible"),
    ("low", "minor", "faible", "mineur", "mineure", "bas", "basse"),
    ("medium", "moderate", "moyen", "moyenne", "modere", "moderee"),
    ("high", "important", "eleve", "elevee", "haut", "haute"),
    ("critical", "critique"),
)
_SAID = {
    "none": msg("none"),
    "info": msg("informational"),
    "low": msg("low"),
    "medium": msg("medium"),
    "high": msg("high"),
    "critical": msg("critical"),
}
SEVERITY_OF = {word: rank for rank, words in enumerate(SEVERITIES) for word in words}
# From bad to best.
GRADES = tuple(f"{letter}{sign}" for letter in "FEDCBA" for sign in ("-", "", "+"))
GRADE_OF = {grade: rank for rank, grade in enumerate(GRADES)}


def rank_of(word: str) -> tuple[str, int] | None:
    """Return the scale and the rank of a word; None for a word of no scale."""
    if (grade := word.strip().upper()) in GRADE_OF:
        return "grade", GRADE_OF[grade]
    severity = SEVERITY_OF.get(plain(word[:40]))
    return None if severity is None else ("severity", severity)


def _said(word: str) -> Message | str:
    found = rank_of(word)
    return _SAID[SEVERITIES[found[1]][0]] if found and found[0] == "severity" else word


@dataclass(frozen=True)
class Worded(Condition):
    """`>= medium` (written `medium+` too), `< B`, `== healthy`."""

    sign: str
    word: str

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        if seen.word is None:
            return not_seen(seen) if seen.value is None else _unclear(seen)
        wanted, found = rank_of(self.word), rank_of(seen.word)
        if self.sign in ("==", "!=") and (wanted is None or found is None):
            alike = plain(seen.word[:LONGEST]) == plain(self.word)
            return verdict(alike == (self.sign == "=="), seen, self.sign, self.word)
        if wanted is None or found is None or wanted[0] != found[0]:
            return _unclear(seen)
        return verdict(compares(found[1], self.sign, wanted[1]), seen, self.sign, _said(self.word))

    def say(self, language: Language) -> str:
        """Return it in words."""
        return in_words(self.sign, _said(self.word)).say(language)

    def __str__(self) -> str:
        return f"{self.word}+" if self.sign == ">=" and self.word in SEVERITY_OF else f"{self.sign} {self.word}"


@dataclass(frozen=True)
class Grade(Condition):
    """A bare `A`: that grade or worse; as a target, that grade or better."""

    word: str
    target: bool = False

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        return Worded(">=" if self.target else "<=", self.word).judge(seen)

    def say(self, language: Language) -> str:
        """Return it in words."""
        if self.target:
            return msg("{bound} or better", bound=self.word).say(language)
        return msg("{bound} or worse", bound=self.word).say(language)

    def __str__(self) -> str:
        return self.word


def _unclear(seen: Seen) -> Verdict:
    return unknown(msg("{measure} ({seen}) is not a word of this scale", measure=seen.measure, seen=seen.shown))
