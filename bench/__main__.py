"""`make bench`: every bench of this folder, one after the other; with names, only those."""

import importlib
import pkgutil
import sys
import time

import bench


def main() -> None:
    wanted = sys.argv[1:]
    for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda found: found.name):
        if module.name == "__main__" or (wanted and module.name not in wanted):
            continue
        print(f"\n=== {module.name}", flush=True)
        began = time.monotonic()
        importlib.import_module(f"bench.{module.name}").main()
        print(f"    ({time.monotonic() - began:.0f} s)", flush=True)


main()
