"""Whole columns are judged exactly as single values are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bosco.alerts.compare import holds
from bosco.alerts.line import line_of
from bosco.plan.condition import parse
from bosco.plan.seen import Normal, Seen

NUMBERS = st.one_of(st.floats(allow_nan=True, allow_infinity=False, width=32), st.integers(-200, 3000).map(float))
WRITTEN = st.sampled_from(
    [
        *("> 50/min", "< 30 days", ">= 85%", "10-50/min", "70%", "1000ms", "1s", "== 200", "!= 0", "<= 0.5", "1s-90s"),
        *("> 200% normal", "< 50% normal", "drop > 20% vs baseline", "> 100% baseline", "rise 20%", "0-0"),
    ]
)
UNITS = st.sampled_from(["", "%", "ms", "s", "/min", "/s", "days", "GB"])


@given(WRITTEN, UNITS, NUMBERS, NUMBERS, st.sampled_from(["up", "down"]))
def test_a_column_holds_where_the_condition_holds(
    written: str, unit: str, value: float, normal: float, good: str
) -> None:
    condition = parse(written)
    line = line_of(condition, unit, good)  # type: ignore[arg-type]
    assert line is not None
    seen = Seen("m", value, unit, good=good, normal=Normal(normal))  # type: ignore[arg-type]
    wanted = condition.judge(seen).holds
    share = (line.a / normal if normal > 0 else np.nan) if line.of_normal else line.a
    x = np.array([value]) * share + line.b
    found = holds(x, np.array([line.sign], dtype=np.int8), np.array([line.low]), np.array([line.high]))[0]
    if wanted is None:
        assert np.isnan(x[0])
    elif abs(x[0] - line.low) > 1e-9 * max(1.0, abs(line.low)):
        # Closer than that, the order of a multiplication and a division may decide.
        assert found == wanted, (x, line)
