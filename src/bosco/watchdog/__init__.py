"""Bosco watches itself: alerts have their next step, nothing due waits, and somebody outside hears that it is well."""
