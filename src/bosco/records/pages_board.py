"""The board: the open records of a kind, each in the column of its stage, moved by a plain form."""

from typing import Any

from litestar import Response, get

from bosco.people.section import shown_name
from bosco.records.listing import Wanted, due_of, find, may_write
from bosco.records.moves import kind_of, leads_to
from bosco.records.pages_record import Desk, color_of
from bosco.records.section import RECORDS, kind_name
from bosco.store.tx import Tx
from bosco.web.visitor import AnyRequest, Visitor

# In a column; what is below is in the list.
MOST = 40


def routes(desk: Desk) -> list[Any]:
    """Return the board."""

    @get("/records/board")
    async def board(request: AnyRequest, visitor: Visitor) -> Response[str]:
        plan = desk.current.plan
        asked = request.query_params.get("kind", "")

        def work(tx: Tx) -> tuple[list[str], str, dict[str, tuple[list[Any], bool]]]:
            hidden = desk.sight.hidden(tx, visitor)
            known = [key for key in plan[RECORDS] if key not in hidden]
            chosen = asked if asked in known else known[0]
            kind = kind_of(plan, chosen)
            columns = {}
            for stage in kind.flow:
                ended = stage in kind.last
                wanted = Wanted(kind=chosen, stage=stage, over=ended, sort="changed" if ended else "urgent")
                found, more = find(tx, wanted, MOST // 4 if ended else MOST)
                columns[stage] = (found, more is not None)
            return known, chosen, columns

        known, chosen, columns = await desk.store.read(work)
        kind = kind_of(plan, chosen)
        return desk.shell.page(
            request,
            "records/board.html",
            kinds=[
                {"label": kind_name(plan, key), "href": f"/records/board?kind={key}", "current": key == chosen}
                for key in known
            ],
            kind=chosen,
            columns=[
                {
                    "stage": stage,
                    "name": kind.stage_name(stage),
                    "more": more,
                    "over": stage in kind.last,
                    "ways": [(one, kind.stage_name(one)) for one in leads_to(kind, stage)],
                    "cards": [
                        {
                            "row": row,
                            "color": color_of(plan, row.kind, row.priority),
                            "who": shown_name(plan, row.assignee) if row.assignee else None,
                            "due": due_of(row),
                        }
                        for row in found
                    ],
                }
                for stage, (found, more) in columns.items()
            ],
            writes=may_write(visitor),
        )

    return [board]
