"""The team and its rotations."""
