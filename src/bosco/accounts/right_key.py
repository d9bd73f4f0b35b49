"""Notices that this process has another key than the one that second factors were sealed with."""

from sqlalchemy import delete, insert, select

from bosco.accounts.store import key, users
from bosco.store.tx import Tx

ROW = 1


def is_right_key(tx: Tx, fingerprint: str) -> bool:
    """Say whether what was sealed can be read with that key."""
    known = tx.run(select(key.c.fingerprint)).scalar()
    return known in {None, fingerprint} or not _sealed(tx)


def take_key(tx: Tx, fingerprint: str) -> bool:
    """Take that key for the right one as long as nothing is sealed with another; say whether it is."""
    if not is_right_key(tx, fingerprint):
        return False
    tx.run(delete(key))
    tx.run(insert(key).values(id=ROW, fingerprint=fingerprint))
    return True


def _sealed(tx: Tx) -> bool:
    return tx.run(select(users.c.login).where(users.c.totp.is_not(None))).first() is not None
