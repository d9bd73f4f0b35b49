"""What is planned: the maintenance calendar."""
