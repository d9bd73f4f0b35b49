"""Follows incidents in Slack, and hears what people say and press there."""
