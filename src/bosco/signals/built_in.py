"""Measures that Bosco feeds by itself: their units, and what of the plan they come from."""

from collections.abc import Mapping
from types import MappingProxyType

from bosco.plan.load import Plan
from bosco.probes.section import PROBES, Probe

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "cpu_usage": "%",
        "memory_usage": "%",
        "disk_space": "%",
        "network_latency": "ms",
        "api_response_time": "ms",
        "error_rate": "%",
        "database_connections": "%",
        "cert_expiry": "days",
        "failed_logins": "/min",
    }
)
# Of this machine, and of Bosco's own accounts.
_ALWAYS = frozenset({"cpu_usage", "memory_usage", "disk_space", "failed_logins"})
# Kinds of probe that ask something which answers with a meaning of its own.
ASKING = frozenset({"http", "grpc", "rpc", "websocket", "scenario"})
CONNECTING = frozenset({"tcp", "tls", "http", "grpc", "rpc", "websocket", "ping"})


def feeds(plan: Plan, measure: str) -> bool:
    """Say whether what the plan has Bosco look at feeds a measure of its own."""
    return measure in _ALWAYS or any(measure in fed_by(probe) for probe in plan[PROBES].values())


def fed_by(probe: Probe) -> set[str]:
    """Return which measures of its own Bosco learns from a probe's looks."""
    found = set()
    if probe.kind in ASKING:
        found |= {"api_response_time", "error_rate"}
    if probe.kind in CONNECTING:
        found.add("network_latency")
    if probe.kind == "postgres":
        found.add("database_connections")
    if probe.kind == "tls" or (probe.kind == "http" and not str(getattr(probe, "http", "")).startswith("http:")):
        found.add("cert_expiry")
    return found
