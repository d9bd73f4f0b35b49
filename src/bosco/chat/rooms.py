"""The channels of the plan that follow incidents, and whose secret a message was signed with."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bosco.channels.kinds.slack import Slack
from bosco.channels.section import CHANNELS
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets

# Older messages may be played again by whoever caught one.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class Room:
    """A channel that follows incidents, by its name in the plan."""

    name: str
    slack: Slack


def rooms_of(plan: Plan) -> list[Room]:
    """Return the channels that follow incidents."""
    found = [(name, channel.way) for name, channel in plan[CHANNELS].items()]
    return [Room(name, way) for name, way in found if isinstance(way, Slack) and way.follows]


def signed_by(plan: Plan, secrets: Secrets, signature: str, stamp: str, body: bytes, now: datetime) -> Room:
    """Return the room whose secret a message is signed with, or refuse: Slack's own scheme, version 0."""
    known = [room for room in rooms_of(plan) if room.slack.signing]
    if not known:
        raise Refusal(
            Code.NOT_FOUND,
            msg("No channel of the plan hears Slack."),
            msg("A Slack channel hears with follows: yes and signing: its app’s signing secret."),
        )
    if not stamp.isascii() or not stamp.isdecimal() or abs(now.timestamp() - int(stamp[:15])) > FRESH.total_seconds():
        raise Refusal(Code.UNAUTHENTICATED, msg("This message is not of now."))
    over = b"v0:" + stamp.encode() + b":" + body
    for room in known:
        secret = secrets.fill(room.slack.signing or "")
        made = "v0=" + hmac.new(secret.encode(), over, sha256).hexdigest()
        if secret and hmac.compare_digest(made.encode(), signature.encode()):
            return room
    raise Refusal(Code.UNAUTHENTICATED, msg("The signature does not fit the body."))
