"""Where the plan stands on disk: reading it, seeing that it changed, and writing an earlier one back."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.load import Loaded, load
from bosco.plan.reader import plan_files
from bosco.plan.secrets import Secrets
from bosco.plan.section import AnySection

Print = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class PlanPlace:
    """The plan's file or folder, and what reading it takes."""

    path: Path
    sections: Sequence[AnySection]
    secrets: Secrets

    def load(self) -> Loaded:
        """Read and check the plan."""
        return load(self.path, self.sections, secrets=self.secrets)

    def files(self) -> list[Path]:
        """Return the files that the plan is read from now."""
        return [file for _, file in plan_files(self.path)]

    def footprint(self) -> Print:
        """Return what differs as soon as a file has been changed, added or removed."""
        try:
            states = [(str(path), path.stat()) for path in self.files()]
        except OSError:
            # Gone, or being replaced just now: the next look tells.
            return ()
        return tuple((name, state.st_mtime_ns, state.st_size) for name, state in states)

    def write_back(self, sources: Mapping[str, str]) -> None:
        """Put the files of an earlier plan in place of today's, each in one step."""
        root = self.path if self.path.is_dir() else self.path.parent
        wanted = {self._inside(root, name): text for name, text in sources.items()}
        try:
            for path, text in wanted.items():
                _replace(path, text)
            for path in self.files():
                if path not in wanted:
                    path.unlink()
        except OSError as error:
            raise Refusal(
                Code.UNAVAILABLE,
                msg("The plan's files cannot be written: {why}.", why=error.strerror or str(error)),
                msg("Copy the revision's text from its page and put it in place yourself."),
            ) from error

    def _inside(self, root: Path, name: str) -> Path:
        path = root / name
        if not path.resolve().is_relative_to(root.resolve()):
            raise Refusal(Code.CONFLICT, msg("This revision was made from files elsewhere ({name}).", name=name))
        return path


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
