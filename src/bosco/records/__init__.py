"""Cases of every kind, and their clocks."""
