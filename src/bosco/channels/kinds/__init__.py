"""The ways out: the file name is the word in the plan."""
