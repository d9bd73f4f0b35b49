"""Starts `bosco up` again and again: everything is imported once, and each life is a real process of its own.

Reads one line for each life; answers with the number of the process. What a life says goes to the file that is named.
"""

import os
import sys
from importlib import import_module

from bosco.app.wiring import room_modules
from bosco.cli.main import main

FILES = ("section", "service", "pages", "api", "commands", "model", "store")


def live(arguments: list[str], log: str) -> None:
    """Be a Bosco, and never come back."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.close(0)
    try:
        os._exit(main(arguments))
    finally:
        os._exit(70)


def bear(log: str, arguments: list[str]) -> None:
    """Begin one life for each line that comes."""
    for name in ("bosco.app.up", "bosco.app.house", "uvloop"):
        import_module(name)
    for file in FILES:
        list(room_modules(file))
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            live(arguments, log)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        # Whoever kills it waits for the answer: nobody is left as a ghost.
        os.waitpid(child, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


bear(sys.argv[1], sys.argv[2:])
