"""Opens the state of an installation for a command, also while a server runs on it."""

import argparse
import contextlib
from pathlib import Path

from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.refusal import not_found
from bosco.kit.words import msg
from bosco.store.migrate import migrate
from bosco.store.sqlite import FILE
from bosco.store.store import Store


def opened(asked: argparse.Namespace, *, may_make: bool = False) -> "contextlib.closing[Store]":
    """Return the state that `--data` and `--database` name, brought up to date; closed at the end of the block."""
    if not may_make and asked.database is None and not (Path(asked.data) / FILE).exists():
        # A mistyped folder must not become an empty installation.
        raise not_found(msg("There is no Bosco in the folder {folder}.", folder=asked.data))
    store = Store.open(asked.database or Path(asked.data), RealClock(), RealIds())
    try:
        migrate(store)
    except BaseException:
        store.close()
        raise
    return contextlib.closing(store)
