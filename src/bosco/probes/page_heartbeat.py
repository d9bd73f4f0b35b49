"""A job that reports to Bosco: how it stands, and the lines that make it report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.kit.words import Message, msg
from bosco.probes.heartbeat import Beat
from bosco.probes.model import ProbeView
from bosco.probes.page_probe import TITLES, Verdict
from bosco.probes.page_state import TONES


@dataclass(frozen=True)
class Example:
    """How a job says that it ran; `text` is to be copied."""

    title: Message
    text: str


@dataclass(frozen=True)
class Job:
    """How a job stands, as its pings told."""

    due: datetime | None
    late: bool
    last: datetime | None
    failed: bool
    status: int | None
    running_since: datetime | None
    took: timedelta | None


PING_WORDS = {
    "success": ("ok", msg("Ended well")),
    "fail": ("critical", msg("Failed")),
    "start": ("info", msg("Started")),
    "log": ("muted", msg("Note")),
}


def job_of(beat: Beat, due: datetime | None, now: datetime) -> Job:
    """Return how a job stands."""
    return Job(due, due is not None and due <= now, beat.last, beat.failed, beat.status, beat.started, beat.took)


def job_verdict(view: ProbeView, word: str, job: Job) -> Verdict:
    """Return what is said of a job that reports to Bosco."""
    says: Message | None = None
    at = None if job.late else job.due
    if word == "paused":
        says = msg("Nobody waits for it until the plan says so.")
    elif view.state == "down":
        says = msg("It is up again with the next good ping.")
    elif job.running_since is not None:
        says = msg("It is running; it is late unless it ends before")
    elif at is not None:
        says = msg("It is late unless it gives a sign before")
    elif job.last is None:
        says = msg("Let the job send its first ping to the address below.")
    title = msg("Waits for its first ping") if word in ("new", "unknown") and job.last is None else TITLES[word]
    return Verdict(word, TONES[word], title, view.because, view.since, says, at)


# What may stand after the address of a job, and what it says.
ENDINGS: tuple[tuple[Message, str], ...] = (
    (msg("the job starts; from then on it may run for as long as its grace"), "/start"),
    (msg("the job failed"), "/fail"),
    (msg("its exit status: 0 is good, anything else a failure"), "/0 … /255"),
    (msg("a note, which changes nothing"), "/log"),
)


def examples(url: str, cron: str | None) -> list[Example]:
    """Return lines to copy into what runs the job."""
    line = cron or "30 2 * * *"
    ask = "curl -fsS -m 10 --retry 5 -o /dev/null"
    return [
        Example(msg("In a crontab: only when the job ended well"), f"{line}  /path/to/job.sh && {ask} {url}"),
        Example(
            msg("In a crontab: with its start, its end and its exit status"),
            f"{line}  {ask} {url}/start; /path/to/job.sh; {ask} {url}/$?",
        ),
        Example(
            msg("In a shell script: with the last lines that the job printed"),
            "output=$(/path/to/job.sh 2>&1); status=$?\n"
            f'printf "%s" "$output" | tail -c 9000 | {ask} --data-binary @- {url}/$status',
        ),
        Example(
            msg("In a systemd unit"),
            f"[Service]\nExecStartPre=-{ask} {url}/start\nExecStart=/path/to/job.sh\n"
            f"ExecStopPost=/bin/sh -c 'test \"$$SERVICE_RESULT\" = success; {ask} {url}/$$?'",
        ),
        Example(msg("In Python"), f'import urllib.request\n\nurllib.request.urlopen("{url}", timeout=10)'),
    ]
