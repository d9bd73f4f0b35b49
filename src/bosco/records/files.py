"""The files of records: their bytes in the database, in pieces, known by what is in them and kept once."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.records.record import Attached, Record
from bosco.records.sniff import clean_name, sniff
from bosco.records.store import contents, files
from bosco.store.tx import Tx

LARGEST = 10_000_000
MOST = 100
MOST_BYTES = 100_000_000
PIECE = 256_000


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent."""

    name: str
    content: bytes


def keep(tx: Tx, record: Record, upload: Upload, by: str) -> Attached:
    """Keep a file in this transaction, and return what its record knows of it."""
    found = _refuse(record, upload)
    digest = hashlib.sha256(upload.content).hexdigest()
    file = Attached(
        id=tx.new_id(),
        name=clean_name(upload.name),
        size=len(upload.content),
        type=found,
        digest=digest,
        at=tx.at,
        by=by,
    )
    if tx.run(select(contents.c.piece).where(contents.c.digest == digest, contents.c.piece == 0)).first() is None:
        tx.run(insert(contents), list(_pieces(digest, upload.content)))
    tx.run(insert(files), {"id": file.id, "number": record.number, "digest": digest})
    return file


def _pieces(digest: str, content: bytes) -> list[dict[str, object]]:
    return [
        {"digest": digest, "piece": count, "bytes": content[start : start + PIECE]}
        for count, start in enumerate(range(0, len(content), PIECE))
    ]


def _refuse(record: Record, upload: Upload) -> str:
    size, name = len(upload.content), clean_name(upload.name)
    if not size:
        raise Refusal(Code.INVALID, msg("{name} is empty.", name=name), where="file")
    if size > LARGEST:
        raise too_large(name)
    if len(record.files) >= MOST or sum(one.size for one in record.files) + size > MOST_BYTES:
        raise Refusal(Code.TOO_MANY, msg("A record holds {n} files and 100 MB at most.", n=MOST), where="file")
    found = sniff(upload.content)
    if found is None:
        raise Refusal(
            Code.INVALID,
            msg("{name} is not a file that is taken.", name=name),
            msg("Pictures, PDF, texts and archives are; put anything else into an archive."),
            "file",
        )
    return found.type


def too_large(name: str) -> Refusal:
    """Refuse a file that is too large."""
    return Refusal(
        Code.TOO_LARGE, msg("{name} is larger than 10 MB.", name=name), msg("Shorten or compress it first."), "file"
    )


def read(tx: Tx, digest: str) -> bytes:
    """Return the bytes of a file."""
    asked = select(contents.c.bytes).where(contents.c.digest == digest).order_by(contents.c.piece)
    pieces = tx.run(asked).scalars().all()
    if not pieces:
        raise not_found(msg("There is no such file."))
    return b"".join(pieces)


def drop(tx: Tx, file: Attached) -> None:
    """Forget a file; its bytes go with the last one that holds the same."""
    tx.run(delete(files).where(files.c.id == file.id))
    left = tx.run(select(func.count()).select_from(files).where(files.c.digest == file.digest)).scalar_one()
    if not left:
        tx.run(delete(contents).where(contents.c.digest == file.digest))
