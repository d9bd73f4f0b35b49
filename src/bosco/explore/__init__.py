"""Measures and queries: pages for people, and the address that Prometheus's clients read."""
