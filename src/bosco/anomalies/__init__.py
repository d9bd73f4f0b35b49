"""Anomalies: defects that were found, with what reproduces them, until they are gone."""
