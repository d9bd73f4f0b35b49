"""What SQLite would do for the statements that a work runs: search by an index, or look at every row."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from bosco.store.store import Store
from bosco.store.tx import Tx


def steps_of(store: Store, work: Callable[[Tx], Any]) -> list[str]:
    """Run the work, then return the steps of SQLite's plan for each of its statements."""
    ran: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            ran.append((statement, parameters[0] if many else parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        store.write_now(work)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    assert ran
    with store.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return [row[3] for sql, values in ran for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def whole_tables(steps: list[str]) -> list[str]:
    """Return the steps that look at every row, or put rows in order by themselves."""
    return [step for step in steps if (step.startswith("SCAN") and " USING " not in step) or "TEMP B-TREE" in step]
