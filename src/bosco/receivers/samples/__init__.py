"""What each kind of sender sends, to try a receiver out with."""
