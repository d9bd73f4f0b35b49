"""What a person may choose: hours of quiet, over midnight and both changes of clocks; mistakes are told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bosco.notices.pages_board import _read
from bosco.notices.preferences import Preferences
from bosco.web.forms import Form

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Preferences(quiet_from="22:00", quiet_until="07:00")


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-02 21:30", "2026-03-03 06:00"),
        ("2026-03-03 05:59", "2026-03-03 06:00"),
        ("2026-03-03 06:00", None),
        ("2026-03-02 12:00", None),
        ("2026-03-28 22:00", "2026-03-29 05:00"),
        ("2026-10-24 21:00", "2026-10-25 06:00"),
    ],
)
def test_a_night_ends_when_the_clock_on_the_wall_says_so(now: str, ends: str | None) -> None:
    found = NIGHT.quiet_ends(datetime.fromisoformat(now).replace(tzinfo=UTC), PARIS)
    assert (None if found is None else f"{found.astimezone(UTC):%Y-%m-%d %H:%M}") == ends


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"quiet_from": "22:00"}, {"quiet_until"}),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, {"quiet_from"}),
        ({"quiet_from": "22:00", "quiet_until": "7"}, {"quiet_until"}),
        ({"language": "xx"}, {"language"}),
        ({"without": "nope"}, {"without"}),
        ({"quiet_from": "22:00", "quiet_until": "07:00", "language": "fr", "without": "sms"}, set()),
    ],
)
def test_what_is_typed_is_read_with_its_mistakes(values: dict[str, str], wrong: set[str]) -> None:
    form = Form(values, {name: [value] for name, value in values.items()})
    chosen = _read(form, ["sms", "email"])
    assert set(form.errors) == wrong
    if not wrong:
        assert chosen == Preferences("fr", "22:00", "07:00", ("sms",))
