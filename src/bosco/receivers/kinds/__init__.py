"""Kinds of senders: one file each; the file name is the word in the plan."""
