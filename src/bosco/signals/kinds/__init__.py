"""Sources of measures, one a file; the file name is the word in the plan."""
