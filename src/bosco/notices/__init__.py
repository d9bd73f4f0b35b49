"""Who is told what, when, and who next."""
