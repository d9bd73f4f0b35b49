"""The log book: append-only, sealed, followed live."""
