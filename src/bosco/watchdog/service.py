"""The look at itself, every minute: an alarm when something is amiss, else a sign to somebody outside."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bosco.alerts.rows import Asked
from bosco.alerts.service import Alerts
from bosco.channels.service import Channels
from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import Gauge, engine, gauges, service
from bosco.kit.net import Net
from bosco.kit.net_model import NetFailed, Request
from bosco.kit.packed import pack
from bosco.kit.readiness import Readiness
from bosco.kit.refusal import Refusal
from bosco.kit.words import Sayable, msg, say
from bosco.notices.model import Matter
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.plan.secrets import Secrets
from bosco.store import pending
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.watchdog.model import Audit, Beat, Check, Finding
from bosco.watchdog.section import WATCHDOG
from bosco.web.events import Live

EVERY = timedelta(minutes=1)
# What is due for longer than this is overdue: the worker takes what is due within moments.
OVERDUE = timedelta(minutes=2)
PATIENCE = timedelta(seconds=10)
KEY = "bosco:self-audit"
SUBJECT = "bosco:self"
PATH = "/self-audit"
# So many alerts are looked at, the latest first; a letter tells so many findings.
MOST = 5000
TOLD = 10


@service
class Watchdog:
    """Looks at Bosco itself."""

    def __init__(  # noqa: PLR0913, PLR0917 - it looks everywhere
        self,
        store: Store,
        clock: Clock,
        net: Net,
        secrets: Secrets,
        current: CurrentPlan,
        alerts: Alerts,
        notices: Notices,
        channels: Channels,
        readiness: Readiness,
        live: Live,
    ) -> None:
        self._store = store
        self._clock = clock
        self._net = net
        self._secrets = secrets
        self._current = current
        self._alerts = alerts
        self._notices = notices
        self._channels = channels
        self._readiness = readiness
        self._live = live
        self.last: Audit | None = None
        self.beat: Beat | None = None
        # Whoever comes back from a long absence has much to catch up with: that is not waited for in vain.
        self._since: datetime | None = None
        # What was found amiss twice in a row.
        self.steady: tuple[Finding, ...] = ()
        self._before: frozenset[str] = frozenset()
        # What the alarm was last told of; None until it is known whether one was left by an earlier life.
        self._alarm: frozenset[str] | None = None

    @engine("self-audit", outward=True, at_the_helm=True)
    async def watch(self) -> None:
        """Look every minute, for as long as Bosco runs."""
        while True:
            await self.round()
            await self._clock.sleep(EVERY)

    async def round(self) -> Audit:
        """Look once; what is found twice in a row is an alarm, and holds the heartbeat back."""
        found = await self.look()
        seen = frozenset(one.key for one in found.grave)
        steady = [one for one in found.grave if one.key in self._before]
        self._before = seen
        self.steady = tuple(steady)
        await self._store.write(lambda tx: self._alarm_as(tx, steady))
        self._alarm = frozenset(one.key for one in steady)
        await self._sign(steady)
        self._live.tell("self-audit", SUBJECT)
        return found

    async def look(self) -> Audit:
        """Look at everything, and return what is not as it should be."""
        at = self._clock.read()
        self._since = self._since or at
        ends, overdue = await self._loose(), await self._store.read(lambda tx: pending.overdue(tx, tx.at - OVERDUE))
        overdue = overdue if at - self._since >= OVERDUE else []
        reasons, ways = await self._readiness.reasons(), await self._channels.health()
        down = [name for name, one in ways.items() if one.state == "down"]
        found = [
            *(
                Finding("parts", f"part:{name}", msg("{name}: {why}", name=name, why=why))
                for name, why in reasons.items()
            ),
            *ends,
            *(
                Finding(
                    "rows",
                    f"row:{one.name}",
                    msg(
                        "{name}: {count} overdue, the oldest since {since}",
                        name=one.name,
                        count=one.count,
                        since=f"{one.oldest:%H:%M}",
                    ),
                )
                for one in overdue
            ),
            *(
                Finding(
                    "ways",
                    f"way:{name}",
                    msg("{name}: {why}", name=name, why=ways[name].because),
                    f"/channels/{name}",
                    grave=False,
                )
                for name in down
            ),
        ]
        counted: tuple[tuple[Check, int], ...] = (("steps", self._looked), ("ways", len(ways)))
        self.last = Audit(at, tuple(found), counted)
        return self.last

    async def _loose(self) -> list[Finding]:
        holding = await self._alerts.page(Asked(state="firing", limit=MOST))
        told, ends = await self._notices.loose_ends([one.subject for one in holding if one.hold is None])
        self._looked = told
        paths = {one.subject: one.path for one in holding}
        return [
            Finding(
                "heard" if one.unheard else "steps",
                f"{one.key}:{'heard' if one.unheard else 'step'}",
                one.says,
                paths.get(one.key),
            )
            for one in ends
            if one.key != KEY
        ]

    def _alarm_as(self, tx: Tx, steady: list[Finding]) -> None:
        """Open, change or end the alarm, so that it tells what is amiss now."""
        keys = frozenset(one.key for one in steady)
        if self._alarm == keys:
            return
        if not keys:
            self._notices.close(tx, KEY, msg("Bosco is well again"))
            return
        priority = next(iter([*self._current.plan[PRIORITIES]]), "P1")
        details = tuple((pack(one.check), pack(one.says)) for one in steady[:TOLD])
        matter = Matter(
            key=KEY,
            subject=SUBJECT,
            path=PATH,
            title=pack(msg("Bosco itself is not well")),
            priority=priority,
            since=tx.at,
            seen=pack(steady[0].says),
            details=details,
        )
        self._notices.open(tx, matter, steady[0].says)

    async def _sign(self, steady: list[Finding]) -> None:
        """Tell somebody outside that Bosco is well, and say nothing when it is not."""
        address = self._current.plan[WATCHDOG]
        if address is None:
            self.beat = None
            return
        now = self._clock.read()
        if steady:
            beat = Beat("held back", now, steady[0].says)
        elif (why := await self._send(address)) is not None:
            beat = Beat("unheard", now, why)
        else:
            beat = Beat("arrived", now)
        before, self.beat = self.beat, beat
        what = _turn(before, beat)
        if what is not None:
            language = self._current.plan[LANGUAGE]
            data = {} if beat.because is None else {"because": pack(beat.because)}
            why_said = None if beat.because is None else str(say(beat.because, language))
            await self._store.write(
                lambda tx: write_line(tx, subject=SUBJECT, what=what, actor="bosco", why=why_said, data=data)
            )

    async def _send(self, address: str) -> Sayable | None:
        """Send the sign; return why it did not arrive, without the address, which is a secret."""
        try:
            async with self._clock.limit(PATIENCE):
                answer = await self._net.fetch(Request(self._secrets.fill(address)))
        except TimeoutError:
            return msg("no answer within {limit}", limit=f"{PATIENCE.total_seconds():.0f} s")
        except NetFailed:
            return msg("the far end cannot be reached")
        except Refusal as refusal:
            return refusal.says
        return None if 200 <= answer.status < 300 else msg("answered {status}", status=answer.status)

    @gauges
    async def figures(self) -> Iterable[Gauge]:
        """Tell how many things are amiss, and whether the sign leaves."""
        amiss = len(self.last.grave) if self.last else 0
        arrived = float(self.beat is not None and self.beat.state == "arrived")
        return [
            Gauge("bosco_self_audit_findings", "What Bosco finds amiss with itself.", amiss),
            Gauge("bosco_watchdog_heard", "Whether the last heartbeat outward arrived.", arrived),
        ]


def _turn(before: Beat | None, now: Beat) -> str | None:
    """Return how the journal tells a change, if there is one."""
    was = before.state if before else "arrived"
    if was == now.state:
        return None
    if now.state == "held back":
        return "watchdog.fell-silent"
    if now.state == "unheard":
        return "watchdog.unheard"
    return "watchdog.spoke-again" if was == "held back" else "watchdog.heard"
