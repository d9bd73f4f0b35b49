"""State: one store, one writer, timers and the outbox."""
