"""What arrives: measures and where they come from."""
