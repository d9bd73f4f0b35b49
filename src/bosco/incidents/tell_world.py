"""Words about an incident, for the world or the team: filled in, edited, kept in the record in both languages."""

from dataclasses import dataclass

from bosco.incidents.section import Audience
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, msg
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.records.service import Records
from bosco.store.tx import Tx

LONGEST = 4000


@dataclass(frozen=True)
class Words:
    """What somebody wrote to be said."""

    audience: Audience
    fr: str
    en: str

    def said(self, language: Language) -> str:
        """Return it in a language, or in the other one if it was written in one alone."""
        first, second = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        return first.strip() or second.strip()


def keep_words(tx: Tx, plan: Plan, records: Records, number: str, words: Words, by: str) -> str:
    """Keep words in the record, in both languages, and return the comment's id."""
    language: Language = plan[LANGUAGE]
    text = words.said(language)
    if not text:
        raise Refusal(Code.INVALID, msg("There is nothing written yet."), where=language)
    if max(len(words.fr), len(words.en)) > LONGEST:
        raise Refusal(Code.TOO_LARGE, msg("Such a message has at most {n} characters.", n=LONGEST), where=language)
    public = words.audience == "public"
    both = {"fr": words.said("fr"), "en": words.said("en")}
    # What the world may read counts as the word that was due.
    return records.comment(tx, number, text, by=by, public=public, words=both)
