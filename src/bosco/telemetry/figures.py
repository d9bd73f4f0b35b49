"""Figures about the telemetry store itself, as `/metrics` shows them."""

from dataclasses import dataclass

from bosco.kit.marks import Gauge


@dataclass
class TelemetryStats:
    """What the store has done since it was opened, and how big it is."""

    rows: int = 0
    commits: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    failures: int = 0
    dropped: int = 0
    waiting: int = 0
    questions: int = 0
    forgotten: int = 0
    checkpoints: int = 0
    file_bytes: int = 0
    log_bytes: int = 0

    def gauges(self) -> list[Gauge]:
        """Return them as gauges."""
        return [
            _count("rows", "Rows made durable", self.rows),
            _count("commits", "Groups of rows made durable", self.commits),
            _count("commit_seconds", "Time spent making rows durable", self.seconds),
            _count("failures", "Groups of rows, or upkeep, that failed", self.failures),
            _count("dropped_rows", "Rows lost because they could not be written", self.dropped),
            _count("questions", "Questions asked", self.questions),
            _count("forgotten_rows", "Rows deleted because of their age", self.forgotten),
            _count("checkpoints", "Times the log was moved into the file", self.checkpoints),
            _level("slowest_commit_seconds", "Longest time a group of rows took", self.slowest),
            _level("waiting_rows", "Rows that wait to be written", self.waiting),
            _level("file_bytes", "Size of the file", self.file_bytes),
            _level("log_bytes", "Size of the write-ahead log", self.log_bytes),
        ]


def _count(name: str, says: str, value: float) -> Gauge:
    return Gauge(f"bosco_telemetry_{name}_total", says, value, counts=True)


def _level(name: str, says: str, value: float) -> Gauge:
    return Gauge(f"bosco_telemetry_{name}", says, value)
