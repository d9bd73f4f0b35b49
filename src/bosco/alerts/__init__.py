"""The judgement of readings against levels."""
