"""The real process: it starts, follows its plan, stops, and comes back."""

import re
import urllib.request
from pathlib import Path

from tests.running import PLAN, bosco, free_port, running
from tests.stores import new_database

KEY = "A" * 43 + "="
WRONG = PLAN.replace("sla: 99.9%", "sla: lots")


def test_three_lines_are_a_plan_that_runs_and_stops_with_a_stream_open(tmp_path: Path) -> None:
    with running(tmp_path, "plan: My app\nprobes:\n  - http: http://127.0.0.1:9/\n") as bosco_:
        assert bosco_.ask("/livez").text == "ok\n"
        assert bosco_.ask("/readyz").json() == {"ready": True, "reasons": {}}
        figures = bosco_.ask("/metrics").text
        assert re.search(r"^bosco_plan_revision 1\.?0?$", figures, re.M)
        assert re.search(r"^process_resident_memory_bytes \d+", figures, re.M)
        request = urllib.request.Request(
            f"http://127.0.0.1:{bosco_.port}/live", headers={"Authorization": f"Bearer {bosco_.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as stream:
            assert stream.readline()
            assert bosco_.stop() == 0


def test_a_first_start_prints_a_link_and_no_password(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        log = (tmp_path / "log.txt").read_text()
        path = re.search(r"http://127\.0\.0\.1:\d+(/welcome/\S+)", log)
        assert path
        assert bosco_.ask(path[1], token="").status == 200
        assert "password" not in log.casefold()


def test_a_changed_plan_takes_effect_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        path = tmp_path / "plan.yml"
        path.write_text(PLAN.replace("99.9%", "99.5%"))
        newest = bosco_.until("/api/v1/plan/revisions", lambda answer: answer.json()[0]["number"] == 2).json()[0]
        assert any("99.5" in change for change in newest["changes"])

        path.write_text(WRONG)
        plan = bosco_.until("/api/v1/plan", lambda answer: answer.json()["mistakes"]).json()
        assert plan["revision"] == 2
        assert "99.5%" in plan["text"]
        assert (plan["mistakes"][0]["line"], plan["mistakes"][0]["file"]) == (3, "plan.yml")
        assert "plan.yml:3" in bosco_.ask("/plan").text

        path.write_text(PLAN)
        mended = bosco_.until("/api/v1/plan", lambda answer: answer.json()["revision"] == 3).json()
        assert mended["mistakes"] == []


def test_a_plan_that_is_wrong_at_a_start_leaves_the_last_one_in_force(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        bosco_.stop()
    with running(tmp_path, WRONG) as bosco_:
        plan = bosco_.until("/api/v1/plan", lambda answer: answer.json()["mistakes"]).json()
        assert plan["revision"] == 1


def test_the_way_back_writes_the_files_of_an_earlier_revision(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        (tmp_path / "plan.yml").write_text(PLAN.replace("99.9%", "98%"))
        bosco_.until("/api/v1/plan", lambda answer: answer.json()["revision"] == 2)
        assert bosco_.ask("/plan/revisions/1").status == 200
        assert bosco_.ask("/plan/revisions/2?against=1").status == 200
        assert bosco_.ask("/plan/revisions/7").status == 404
        body = b"why=It+was+right"
        request = urllib.request.Request(
            f"http://127.0.0.1:{bosco_.port}/plan/revisions/1/restore",
            body,
            {"Authorization": f"Bearer {bosco_.token}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        with urllib.request.urlopen(request, timeout=20):
            pass
        newest = bosco_.ask("/api/v1/plan/revisions").json()[0]
        assert (newest["number"], newest["why"]) == (3, "It was right")
        assert (tmp_path / "plan.yml").read_text() == PLAN


def test_a_wrong_plan_is_refused_with_every_mistake_and_exit_status_1(tmp_path: Path) -> None:
    path = tmp_path / "plan.yml"
    path.write_text(WRONG.replace("services:", "servces:\n  x: {}\nservices:"))
    ran = bosco("up", "--plan", str(path), "--data", str(tmp_path / "data"), "--port", str(free_port()))
    assert ran.returncode == 1
    assert "plan.yml:2:1" in ran.stderr
    assert "plan.yml:5" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        other = bosco(
            "up", "--plan", str(tmp_path / "plan.yml"), "--data", str(tmp_path / "b"), "--port", str(bosco_.port)
        )
        assert other.returncode == 1
        assert str(bosco_.port) in other.stderr
        assert "Traceback" not in other.stderr


def test_no_plan_at_all_is_refused_with_a_way_out(tmp_path: Path) -> None:
    ran = bosco("up", "--plan", str(tmp_path / "nothing.yml"), "--data", str(tmp_path / "data"))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr


def test_the_doctor_says_what_it_looked_at(tmp_path: Path) -> None:
    (tmp_path / "plan.yml").write_text(PLAN)
    healthy = bosco("doctor", "--plan", str(tmp_path / "plan.yml"), "--data", str(tmp_path / "data"))
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    (tmp_path / "plan.yml").write_text(WRONG)
    ill = bosco("doctor", "--plan", str(tmp_path / "plan.yml"), "--data", str(tmp_path / "data"))
    assert ill.returncode == 1
    assert "plan.yml:3" in ill.stdout


def test_two_processes_share_one_postgresql(tmp_path: Path) -> None:
    for url in new_database("shared"):
        (one, other) = (tmp_path / "one", tmp_path / "other")
        one.mkdir()
        other.mkdir()
        with (
            running(one, database=url, BOSCO_KEY=KEY) as first,
            running(other, database=url, BOSCO_KEY=KEY) as second,
        ):
            assert first.ask("/readyz").status == second.ask("/readyz").status == 200
            # A token made beside one process opens the other.
            assert second.ask("/api/v1/plan", token=first.token).status == 200
            assert [len(each.ask("/api/v1/plan/revisions").json()) for each in (first, second)] == [1, 1]


def test_a_stranger_sees_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as bosco_:
        for path in ("/api/v1/plan", "/api/v1/probes", "/api/v1/services", "/api/v1/timeline"):
            assert bosco_.ask(path, token="").status == 401, path
            assert bosco_.ask(path, token="bosco_wrong").status == 401, path
        for path in ("/plan", "/", "/pending", "/journal"):
            assert "Site" not in bosco_.ask(path, token="", Accept="text/html").text, path
