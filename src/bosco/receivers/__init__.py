"""Alerts of other programs, as they send them."""
