"""Conditions that compare a measure with its own normal: `> 200% normal`, `drop > 20% vs baseline`."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from bosco.kit.units import Quantity
from bosco.kit.words import Language, msg
from bosco.plan.compared import compares, in_words
from bosco.plan.seen import Condition, Seen, Verdict, not_seen, unknown


def _share_of_normal(seen: Seen) -> float | Verdict:
    """Return the value in percents of its normal, or why nobody can say."""
    if seen.value is None or math.isnan(seen.value):
        return not_seen(seen)
    if seen.normal is None or math.isnan(seen.normal.median):
        return unknown(msg("{measure} has no normal yet: there is not enough history", measure=seen.measure))
    if seen.normal.median <= 0:
        normal = Quantity(seen.normal.median, seen.unit)
        return unknown(
            msg("{measure} is normally {normal}, of which there are no percents", measure=seen.measure, normal=normal)
        )
    return seen.value / seen.normal.median * 100


def _said(seen: Seen, percents: float) -> dict[str, Any]:
    assert seen.normal is not None
    return {
        "measure": seen.measure,
        "seen": seen.shown,
        "percent": Quantity(round(percents, 1), "%"),
        "normal": Quantity(seen.normal.median, seen.unit),
    }


@dataclass(frozen=True)
class OfNormal(Condition):
    """`> 200% normal`: more than twice what is usual at this hour of the week."""

    sign: str
    percents: float

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        share = _share_of_normal(seen)
        if isinstance(share, Verdict):
            return share
        said = {**_said(seen, share), "sign": self.sign, "bound": Quantity(self.percents, "%")}
        if compares(share, self.sign, self.percents):
            return Verdict(True, msg("{measure} ({seen}, {percent} of its normal {normal}) {sign} {bound}", **said))
        return Verdict(False, msg("{measure} ({seen}, {percent} of its normal {normal}) is not {sign} {bound}", **said))

    @property
    def needs_normal(self) -> bool:
        """Say whether it asks for the measure's own normal."""
        return True

    def say(self, language: Language) -> str:
        """Return it in words."""
        return in_words(self.sign, msg("{percent} of normal", percent=Quantity(self.percents, "%"))).say(language)

    def __str__(self) -> str:
        return f"{self.sign} {Quantity(self.percents, '%')} normal"


@dataclass(frozen=True)
class Change(Condition):
    """`drop > 20% vs baseline`, and `> 100% baseline`, which is a rise: by how much it has left its normal."""

    way: Literal["drop", "rise"]
    sign: str
    percents: float

    def judge(self, seen: Seen) -> Verdict:
        """Return whether it holds, and why."""
        share = _share_of_normal(seen)
        if isinstance(share, Verdict):
            return share
        rise = share - 100
        said = {**_said(seen, abs(rise)), "sign": self.sign, "bound": Quantity(self.percents, "%")}
        said["way"] = _DROP if self.way == "drop" else _RISE
        said["moved"] = (
            msg("{percent} above its normal", **said) if rise > 0 else msg("{percent} below its normal", **said)
        )
        if compares(rise if self.way == "rise" else -rise, self.sign, self.percents):
            return Verdict(True, msg("{measure} ({seen}, {moved} {normal}): {way} {sign} {bound}", **said))
        return Verdict(False, msg("{measure} ({seen}, {moved} {normal}): no {way} {sign} {bound}", **said))

    @property
    def needs_normal(self) -> bool:
        """Say whether it asks for the measure's own normal."""
        return True

    def say(self, language: Language) -> str:
        """Return it in words."""
        bound = Quantity(self.percents, "%")
        if self.way == "rise" and self.sign == ">":
            return msg("a rise of more than {bound} against its normal", bound=bound).say(language)
        if self.way == "rise":
            return msg("a rise of at least {bound} against its normal", bound=bound).say(language)
        if self.sign == ">":
            return msg("a drop of more than {bound} against its normal", bound=bound).say(language)
        return msg("a drop of at least {bound} against its normal", bound=bound).say(language)

    def __str__(self) -> str:
        return f"{self.way} {self.sign} {Quantity(self.percents, '%')} vs baseline"


_DROP = msg("drop")
_RISE = msg("rise")
