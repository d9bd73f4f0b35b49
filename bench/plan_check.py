"""How long a check takes, and how it grows with the plan: probes double, time must double."""

import math
import os
import time

from bosco.plan.load import load_texts
from bosco.plan.secrets import Secrets

SERVICES = 200
SIZES = (250, 500, 1000, 2000)
ROUNDS = 3


def plan_of(probes: int, services: int = SERVICES) -> str:
    """Return a plan of that many probes, written as people write them."""
    lines = ["plan: Large", "timezone: Europe/Paris", "services:"]
    for number in range(services):
        needs = f", needs: [s{number - 1}]" if number % 5 else ""
        lines.append(f"  s{number}: {{name: Service {number}, sla: 99.9%, down: P1{needs}}}")
    lines.append("probes:")
    for number in range(probes):
        lines += [
            f"  probe-{number}:",
            f"    http: https://host-{number}.example.org/health",
            f"    service: s{number % services}",
            "    every: 1m",
            "    timeout: 10s",
            "    confirm: 2",
            "    expect: {status: 200, json: {status: healthy}, time: < 500ms}",
        ]
    return "\n".join(lines) + "\n"


def seconds(probes: int, services: int = SERVICES) -> float:
    """Return the best time of a few checks of a plan of that size."""
    text = plan_of(probes, services)
    best = math.inf
    for _ in range(ROUNDS):
        began = time.perf_counter()
        loaded = load_texts({"plan.yml": text}, secrets=Secrets(None, os.environ))
        best = min(best, time.perf_counter() - began)
        assert loaded.mistakes == (), loaded.mistakes[0].say("en")
    return best


def growth(sizes: tuple[int, ...], times: list[float]) -> float:
    """Return the exponent by which time grows with size: 1 is linear."""
    steps = [math.log(times[at + 1] / times[at], sizes[at + 1] / sizes[at]) for at in range(len(sizes) - 1)]
    return sum(steps) / len(steps)


def main() -> None:
    """Print the table."""
    seconds(10)
    times = [seconds(size) for size in SIZES]
    print(f"plan check, {SERVICES} services")
    for size, took in zip(SIZES, times, strict=True):
        print(f"  {size:>6} probes  {took * 1000:8.0f} ms  {took / size * 1e6:6.0f} µs a probe")
    print(f"  grows with the power {growth(SIZES, times):.2f} of the probes (1 is linear)")


if __name__ == "__main__":
    main()
