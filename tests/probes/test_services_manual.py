"""What the manual shows of services is so."""

import re
from pathlib import Path
from typing import get_args

from bosco.plan.load import load_texts
from bosco.services.budget import Verdict

MANUAL = (Path(__file__).resolve().parents[2] / "docs/manual/services.md").read_text(encoding="utf-8")


def test_the_plan_that_the_manual_shows_loads() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
    hours = "hours:\n  office: {days: mon-fri, from: '09:00', to: '18:00'}\n"
    loaded = load_texts({"plan.yml": f"plan: Manual\n{hours}", "services.yml": block})
    assert [mistake.say("en") for mistake in loaded.mistakes] == []


def test_every_verdict_is_explained() -> None:
    for verdict in get_args(Verdict):
        assert f"| {verdict.replace('-', ' ')} |" in MANUAL
