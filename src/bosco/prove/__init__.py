"""Promises, and the evidence that they were kept."""
