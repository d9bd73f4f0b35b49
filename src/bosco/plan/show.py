"""A plan shown as it is understood, every default told; secrets stay `${NAME}`, and it reads again as the same plan."""

from typing import Any

import yaml

from bosco.plan.load import Plan

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def show(plan: Plan) -> str:
    """Return the plan as YAML, in the order of the document."""
    parts = []
    for section in plan.sections:
        written = plan.written(section)
        if written is None or (written in ({}, []) and not plan.says(section)):
            continue
        parts.append(write_yaml({section.key: written}))
    return "\n".join(parts) if len(parts) < 2 else _grouped(parts)


def _grouped(parts: list[str]) -> str:
    """Put an empty line before each section that fills more than one."""
    text = ""
    for part in parts:
        text += ("\n" if part.count("\n") > 1 and text else "") + part
    return text


def write_yaml(value: Any) -> str:
    """Return plain data as YAML that reads again as the same."""
    text: str = yaml.dump(
        value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False
    )
    return text
