"""What happens to anomalies beside what happens to every record, and how the journal says it."""

from bosco.kit.words import msg

SAYINGS = {
    "anomaly.imported": msg("{record} was taken from its sheet by {by}"),
}
