"""Who somebody of Slack is: a person of the plan, by their name there, their id there, or their address."""

from bosco.chat.talk import SlackRefused, Talk
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.people.section import TEAM
from bosco.plan.load import Plan

MAY_ACT = frozenset({"responder", "support", "manager", "admin"})
MOST_REMEMBERED = 1000


class Faces:
    """Remembers whom Slack's ids stand for."""

    def __init__(self) -> None:
        self._emails: dict[str, str] = {}

    async def person(self, plan: Plan, talk: Talk, user: str, name: str = "") -> str | None:
        """Return the person of the plan behind somebody of Slack; None if nobody is."""
        wanted = {user.casefold(), f"<@{user}>".casefold()} | (
            {name.casefold(), f"@{name}".casefold()} if name else set()
        )
        for key, one in plan[TEAM].items():
            if one.slack and one.slack.casefold() in wanted:
                return key
        email = await self._email(talk, user)
        known = [key for key, one in plan[TEAM].items() if email and one.email and one.email.casefold() == email]
        return known[0] if known else None

    async def _email(self, talk: Talk, user: str) -> str:
        if user in self._emails:
            return self._emails[user]
        try:
            found = (await talk.email_of(user) or "").casefold()
        except SlackRefused:
            # Without the right to see addresses, names have to do.
            return ""
        if len(self._emails) >= MOST_REMEMBERED:
            self._emails.clear()
        self._emails[user] = found
        return found


def acting(plan: Plan, person: str | None) -> str:
    """Return the actor that a person is, or refuse one who may not act."""
    if person is None:
        raise Refusal(
            Code.FORBIDDEN,
            msg("Bosco does not know who you are."),
            msg("Your name in Slack, or your address there, must stand with you in the plan’s team."),
        )
    roles = set(plan[TEAM][person].roles)
    # A plan that gives nobody a role trusts its whole team.
    if roles and not roles & MAY_ACT:
        raise Refusal(Code.FORBIDDEN, msg("Only those who answer or support may change records."))
    return f"person:{person}"
