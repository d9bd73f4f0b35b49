"""Who may sign in: users, sessions and API tokens."""
