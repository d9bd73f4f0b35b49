"""The plan in force: loading, reloading, revisions and the plan page."""
