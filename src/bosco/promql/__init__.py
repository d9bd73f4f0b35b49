"""PromQL, evaluated on columns."""
