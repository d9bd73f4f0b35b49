"""Where the plan stands on disk: changes are seen, and going back touches nothing else."""

from pathlib import Path

import pytest

from bosco.kit.refusal import Refusal
from bosco.plan.secrets import Secrets
from bosco.plan.sections import discover
from bosco.revisions.place import PlanPlace


def place(path: Path) -> PlanPlace:
    return PlanPlace(path, discover(), Secrets(None, {}))


def test_a_change_an_addition_and_a_removal_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("plan: A\n")
    seen = [place(tmp_path).footprint()]
    (tmp_path / "a.yml").write_text("plan: AB\n")
    seen.append(place(tmp_path).footprint())
    (tmp_path / "b.yml").write_text("language: fr\n")
    seen.append(place(tmp_path).footprint())
    (tmp_path / "a.yml").unlink()
    seen.append(place(tmp_path).footprint())
    assert len(set(seen)) == 4


def test_going_back_writes_the_files_and_takes_away_those_that_came_since(tmp_path: Path) -> None:
    (tmp_path / "new.yml").write_text("language: fr\n")
    deep = tmp_path / "notes" / "drafts"
    deep.mkdir(parents=True)
    (deep / "mine.yml").write_text("not: part of the plan\n")
    (tmp_path / "README.md").write_text("ours")
    place(tmp_path).write_back({"plan.yml": "plan: A\n", "more/people.yml": "team: {}\n"})
    assert (tmp_path / "plan.yml").read_text() == "plan: A\n"
    assert (tmp_path / "more/people.yml").read_text() == "team: {}\n"
    assert not (tmp_path / "new.yml").exists()
    assert (deep / "mine.yml").exists()
    assert (tmp_path / "README.md").exists()


def test_a_revision_never_writes_outside_the_plans_folder(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    with pytest.raises(Refusal):
        place(folder).write_back({"../escaped.yml": "plan: A\n"})
    assert not (tmp_path / "escaped.yml").exists()


def test_a_folder_that_cannot_be_written_is_refused_with_a_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    # A folder where a file should be cannot be replaced, not even by root.
    (folder / "plan.yml").mkdir()
    with pytest.raises(Refusal) as refused:
        place(folder).write_back({"plan.yml": "plan: A\n"})
    assert refused.value.hint
    assert not list(folder.glob(".*new"))
