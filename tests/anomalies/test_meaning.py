"""What a sheet means for a record, on both stores; what is wrong with one, line by line."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.anomalies.test_sheet import SHEET
from tests.records.desk import Desk

from bosco.anomalies.meaning import read_instant
from bosco.anomalies.mistakes import WrongSheet
from bosco.anomalies.service import Anomalies
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Refusal
from bosco.plan.load import load_texts
from bosco.store.store import Store

PLAN = Path(__file__).resolve().parents[2] / "plans/zenbilling"
NUMBER = "ZB-2025-001"


class Office(Desk):
    """A desk under ZenBilling's own plan."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        read = load_texts({file.name: file.read_text("utf-8") for file in PLAN.glob("*.yml")}).plan
        assert read is not None
        self.current.replace(read)
        self.anomalies = Anomalies(store, self.current, self.records)

    def take(self, text: str, by: str = "user:ada") -> str:
        return run_virtually(self._virtual, lambda: self.anomalies.take(text, by=by))

    def sheet(self, number: str = NUMBER) -> str:
        return run_virtually(self._virtual, lambda: self.anomalies.sheet(number, "fr"))

    @property
    def _virtual(self) -> VirtualClock:
        assert isinstance(self.store.clock, VirtualClock)
        return self.store.clock


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_sheet_becomes_a_record_and_comes_back_letter_by_letter(office: Office) -> None:
    assert office.take(SHEET) == NUMBER
    record = office.record(NUMBER)
    assert (record.title, record.priority, record.service) == ("Génération PDF bloquée", "critique", "invoice")
    assert record.opened_at == datetime(2025, 1, 15, 14, 30, tzinfo=UTC)
    assert record.fields["users_affected"] == 15
    assert record.fields["failed_requests"] == 47
    assert record.fields["error_rate"] == 8.5
    assert record.fields["detected_by"] == "Monitoring"
    assert record.fields["corrective_actions"][3] == "Timeout configuré à 60s au lieu de 30s"
    assert record.fields["logs"].splitlines()[0].startswith("[ERROR]")
    assert office.sheet() == SHEET
    assert office.replayed(NUMBER) == record
    assert [what for what, _, _ in office.lines(NUMBER)][-1] == "anomaly.imported"


def test_only_what_the_record_says_otherwise_is_written_anew(office: Office) -> None:
    office.take(SHEET)
    office.do(lambda tx: office.records.set_field(tx, NUMBER, "users_affected", "20", by="user:ada"))
    office.do(lambda tx: office.records.change_priority(tx, NUMBER, "haute", by="user:ada", why="contourné"))
    before, after = SHEET.splitlines(), office.sheet().splitlines()
    assert [line for line in after if line not in before] == [
        "- **Gravité** : Haute",
        "- **Utilisateurs affectés** : 20",
    ]
    assert len(before) == len(after)


def test_an_anomaly_opened_by_hand_has_a_sheet_too(office: Office) -> None:
    number = office.open("Logo déformé", "anomaly", priority="moyenne", service="pdf", fields={"version": "1.0.0"})
    text = office.sheet(number)
    assert text.startswith(f"# ANOMALIE {number}\n")
    assert "- **Gravité** : Moyenne" in text
    assert "- **Version** : 1.0.0" in text


def test_a_correction_goes_out_only_with_the_word_that_its_severity_asks_for(office: Office) -> None:
    office.take(SHEET)
    assert office.anomalies.owed(office.record(NUMBER)) == ["cto"]
    with pytest.raises(Refusal, match="cto"):
        office.do(lambda tx: office.records.move(tx, NUMBER, "validating", by="person:developer"))
    with pytest.raises(Refusal):
        office.do(lambda tx: office.records.approve(tx, NUMBER, by="person:developer"))
    office.do(lambda tx: office.records.approve(tx, NUMBER, by="person:cto"))
    assert (
        office.do(lambda tx: office.records.move(tx, NUMBER, "validating", by="person:developer")).stage == "validating"
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("**Gravité** : Critique", "**Gravité** : Critiqe", 6, "did you mean “Critique”"),
        ("- **Gravité** : Critique\n", "", 1, "the severity is missing"),
        ("**Gravité**", "**Gravitée**", 6, "did you mean “Gravité”"),
        ("invoice_service\n- **Impact", "invoize_service\n- **Impact", 7, "did you mean “invoice”"),
        ("15 entreprises", "beaucoup", 29, "Utilisateurs affectés"),
        ("2025-01-15 14:30 UTC\n", "hier\n", 4, "is not a time"),
        ("8.5% (seuil", "850% (seuil", 31, "not between 0% and 100%"),
        ("returning 500\n```\n", "returning 500\n", 22, "never closed"),
        ("- **OS** : Windows 11", "- **OS** : Windows 11\n- **OS** : Linux", 20, "stands on line 19 already"),
        ("# ANOMALIE ZB-2025-001", "# ANOMALIE ../../etc", 1, "cannot number a record"),
    ],
)
def test_a_mistake_is_told_with_its_line(office: Office, old: str, new: str, line: int, told: str) -> None:
    text = SHEET.replace(old, new, 1)
    assert text != SHEET
    with pytest.raises(WrongSheet) as refused:
        office.take(text)
    found = [(one.line, str(one.says)) for one in refused.value.mistakes]
    assert [one for one, says in found if told in says] == [line], found


def test_every_mistake_is_told_at_once_and_nothing_is_opened(office: Office) -> None:
    with pytest.raises(WrongSheet, match=r"line 6: .*line 7: .*line 29: "):
        office.take(SHEET.replace("Critique", "X").replace("invoice_service\n", "Y\n").replace("15 entreprises", "Z"))
    assert office.do(lambda tx: office.records.open_ones(tx, ("anomaly",))) == []


def test_a_sheet_that_came_already_is_refused(office: Office) -> None:
    office.take(SHEET)
    with pytest.raises(WrongSheet, match="There is a record ZB-2025-001 already"):
        office.take(SHEET)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("2025-01-15 14:30 UTC", "2025-01-15 14:30"),
        ("2025-01-15 14:30", "2025-01-15 13:30"),
        ("15/01/2025 à 14h30", "2025-01-15 13:30"),
        ("2025-07-15T14:30:00+02:00", "2025-07-15 12:30"),
    ],
)
def test_when_it_was_noticed_is_read_as_people_write_it(words: str, read: str) -> None:
    assert f"{read_instant(words, ZoneInfo('Europe/Paris')).astimezone(UTC):%Y-%m-%d %H:%M}" == read
