"""The functions of PromQL: one file for each family, which lists its own in `FUNCTIONS`."""
