"""What is operated: services, what they need, their environments."""
