"""What happens between an incident and its chat, as the journal says it."""

from bosco.kit.words import msg

SAYINGS = {
    "chat.failed": msg("{channel} cannot follow {record}: {because}"),
}
