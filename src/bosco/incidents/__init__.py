"""Incidents: opened by alerts or by people, followed to their end, learnt from."""
