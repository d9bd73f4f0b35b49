"""How many files and sockets this process may hold."""

import resource


def raise_handles() -> int:
    """Allow this process as many open files and sockets as the system lets it, and return how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        wanted = 65536 if hard == resource.RLIM_INFINITY else hard
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            return soft
        soft = wanted
    return 65536 if soft == resource.RLIM_INFINITY else soft
