"""Telemetry: columns of results and samples in DuckDB, written in batches, rolled up as they arrive."""
