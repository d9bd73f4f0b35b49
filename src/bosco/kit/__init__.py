"""Clock, ids, network, words and facts: what every room stands on; knows nothing of operations."""
