"""Any course of events played on a plan in virtual time, by the very engine that runs it."""
