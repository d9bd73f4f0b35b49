"""The first page: what is wrong, since when, what comes next; and what waits to be done."""
