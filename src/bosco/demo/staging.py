"""CESIZen's plan as the demonstration runs it: the team's own files, watching the bundled application."""

import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

# Which service of the bundled application plays which of the plan's.
ROLES = {"web": "dashboard", "api-health": "gateway", "sign-in": "auth", "assets": "product", "database": "company"}

_WATCH = """\
# The demonstration's own watch: the same services, played by a small application on this machine.
probes:
  web:
    http: {web}
    service: web
    every: 15s
    timeout: 5s
    confirm: 2
    expect: {{status: 200, time: < 1s}}
  api-health:
    http: {api-health}
    service: api
    every: 10s
    timeout: 5s
    confirm: 2
    expect: {{status: 200, json: {{status: healthy}}, time: < 500ms}}
  sign-in:
    http: {sign-in}
    service: auth
    every: 10s
    timeout: 5s
    expect: {{status: 200, time: < 500ms}}
  assets:
    http: {assets}
    service: cdn
    every: 15s
    timeout: 5s
    expect: {{status: 200}}
  database:
    http: {database}
    service: database
    every: 15s
    timeout: 5s
    expect: {{status: 200}}

  # Jobs that run elsewhere tell us that they ran; silence is an alarm.
  backup-database: {{heartbeat: 1d, grace: 1h, service: database}}
  clean-logs: {{heartbeat: 1d, grace: 1h}}
"""

_ANOMALIES = """\
# The demonstration's anomalies, with severities of their own and whose word lets a correction out.
records:
  anomaly:
    code: "CESIZEN-A-{n:03}"
    flow: [open, investigating, fixing, validating, closed]
    back: {validating: fixing}
    names:
      open: {fr: Ouverte, en: Open}
      investigating: {fr: Investigation, en: Investigating}
      fixing: {fr: Correction, en: Fixing}
      validating: {fr: Validation, en: Validating}
      closed: {fr: Fermée, en: Closed}
    priorities:
      critique: {name: {fr: Critique, en: Critical}, color: red, blink: true, resolve: 4h}
      haute: {name: {fr: Haute, en: High}, color: orange, resolve: 24h}
      moyenne: {name: {fr: Moyenne, en: Medium}, color: yellow, resolve: 7d}
      faible: {name: {fr: Faible, en: Low}, color: blue, resolve: 30d}
    approve: {critique: direction, haute: rssi, moyenne: backend, faible: developpement}
    approved_before: validating
"""


def bundled(product: str) -> Traversable:
    """Return the folder of a bundled plan: inside the wheel, or in a checkout beside the sources."""
    inside = resources.files("bosco").joinpath("demo", "plans", product)
    return inside if inside.is_dir() else Path(__file__).parents[3] / "plans" / product


def stage(folder: Path, urls: dict[str, str], address: str) -> Path:
    """Write the demonstration's plan into the folder and return its path; `urls` are the application's, by service."""
    plan = folder / "plan"
    plan.mkdir(parents=True, exist_ok=True)
    for file in bundled("cesizen").iterdir():
        if file.name.endswith(".yml"):
            text = file.read_text(encoding="utf-8")
            (plan / file.name).write_text(re.sub(r"(?m)^url: .*$", f"url: {address}", text), encoding="utf-8")
    watched = {probe: urls[service] for probe, service in ROLES.items()}
    (plan / "watch.yml").write_text(_WATCH.format(**watched), encoding="utf-8")
    (plan / "anomalies.yml").write_text(_ANOMALIES, encoding="utf-8")
    return plan
