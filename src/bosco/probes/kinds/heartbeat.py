"""Whether a job gives its sign of life when it should."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from bosco.kit.numbers import Unreadable
from bosco.kit.units import read_duration, write_duration
from bosco.kit.words import msg
from bosco.plan.cron import Cron, read_cron
from bosco.plan.words import Reads, SecretText, Span
from bosco.probes.kind import Eyes, Kind, Reading


def _read_beat(value: Any) -> timedelta | Cron:
    if isinstance(value, (timedelta, Cron)):
        return value
    text = str(value).strip()
    if text.startswith("@") or len(text.split()) == 5:
        return read_cron(text)
    span = read_duration(text)
    if span <= timedelta(0):
        raise Unreadable(msg("it must be longer than nothing"))
    return span


def _write_beat(beat: timedelta | Cron) -> str:
    return write_duration(beat) if isinstance(beat, timedelta) else str(beat)


Beat = Annotated[
    timedelta | Cron,
    Reads(_read_beat, _write_beat, 'How often a job gives its sign: 1d, 30m, or a cron line "30 2 * * *".', "1d"),
]


class Heartbeat(Kind):
    """Wait for the sign that a job sends at its end, and may send at its start; silence past the grace is down.

    In the plan: {heartbeat: "30 2 * * *", grace: 30m}
    """

    comes_to_us: ClassVar[bool] = True

    heartbeat: Beat
    grace: Span = timedelta(hours=1)
    # The key of its address, when it is to be another than the one that Bosco gives it.
    key: SecretText | None = None

    @property
    def rhythm(self) -> timedelta | Cron:
        """Return after how long, or at which times, the job is expected."""
        return self.heartbeat

    async def read(self, eyes: Eyes) -> Reading:
        """Know nothing: nobody looks at a heartbeat, it comes."""
        return Reading("unknown", msg("a heartbeat is not looked at, it comes"))
