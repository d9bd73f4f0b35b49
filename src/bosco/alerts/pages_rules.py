"""The pages of rules: how every level stands, and one of them with its past."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get

from bosco.alerts.judging import Standing
from bosco.alerts.ready import Ready, ready_rules
from bosco.alerts.rule_alerts import EVERY, said
from bosco.alerts.rule_past import Look, tried
from bosco.alerts.rule_states import CALLED, PHASES, WORST, RuleState, states_elsewhere, states_of
from bosco.alerts.section import LEVEL_NAMES, good_of, priority_of
from bosco.alerts.service import Alerts, Rules
from bosco.alerts.shown import shown
from bosco.kit.clock import Clock
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import not_found
from bosco.kit.units import say_duration
from bosco.kit.words import msg
from bosco.notices.urgency import urgency_of
from bosco.plan.current import CurrentPlan
from bosco.services.section import service_name
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

ON_A_PAGE = 100
MOST_SERIES = 50
MOST_EPISODES = 20
SPANS = {
    "24h": (timedelta(days=1), msg("24 hours")),
    "7d": (timedelta(days=7), msg("7 days")),
    "30d": (timedelta(days=30), msg("30 days")),
}
_TABS = {
    "": msg("All"),
    "reached": msg("Reached"),
    "unknown": msg("Nobody knows"),
    "fine": msg("Not reached"),
}
_WORDS = {"reached": ("firing", "pending"), "unknown": ("lost", "unheard", "unknown"), "fine": ("fine",)}


def path_of(key: str) -> str:
    """Return the path of a rule's page."""
    return f"/rules/{quote(key)}"


def rule_routes(shell: Shell, clock: Clock, current: CurrentPlan, rules: Rules, alerts: Alerts) -> list[Any]:
    """Return the routes."""

    def known() -> dict[str, Ready]:
        found = rules.judge.rules if rules.judge else ready_rules(current.plan)
        return {one.key: one for several in found.values() for one in several}

    def find(key: str) -> Ready:
        ready = known().get(key.lstrip("/"))
        if ready is None:
            raise not_found(msg("The plan has no level {key}.", key=key.lstrip("/")[:80]))
        return ready

    def row(state: RuleState) -> dict[str, Any]:
        rule, plan = state.ready.rule, current.plan
        return {
            "state": state,
            "path": path_of(state.ready.key),
            "name": state.ready.name,
            "level": LEVEL_NAMES[rule.level],
            "says": said(state.ready),
            "lasting": say_duration(rule.lasting) if rule.lasting else None,
            "urgency": urgency_of(plan, priority_of(plan, rule), down=rule.level == "critical"),
            "service": service_name(plan, rule.beside.service) if rule.beside.service else None,
            "tone": CALLED[state.word][0],
            "word": CALLED[state.word][1],
        }

    def states() -> list[RuleState]:
        return states_of(rules.judge) if rules.judge else states_elsewhere(known().values())

    @get("/rules")
    async def rules_page(request: AnyRequest, which: str = "", q: str = "", after: int = 0) -> Response[str]:
        everything, word = states(), which if which in _TABS else ""
        sought = q.strip().casefold()[:100]
        fitting = [one for one in everything if sought in f"{one.ready.key} {one.ready.name}".casefold()]
        counts = {key: sum(one.word in _WORDS.get(key, WORST) for one in fitting) for key in _TABS}
        chosen = [one for one in fitting if one.word in _WORDS.get(word, WORST)]
        start = min(max(after, 0), len(chosen))
        more = start + ON_A_PAGE
        link = {"which": word, "q": q[:100]}
        return shell.page(
            request,
            "alerts/rules.html",
            rows=[row(one) for one in chosen[start:more]],
            tabs=[
                {
                    "href": f"/rules?{urlencode({'which': key, 'q': q[:100]})}",
                    "label": label,
                    "current": key == word,
                    "count": counts[key],
                }
                for key, label in _TABS.items()
            ],
            newer=f"/rules?{urlencode({**link, 'after': max(0, start - ON_A_PAGE)})}" if start else None,
            older=f"/rules?{urlencode({**link, 'after': more})}" if more < len(chosen) else None,
            judged_at=rules.judged_at,
            every=say_duration(EVERY),
            form=Form({"q": q[:100]}),
            word=word,
            total=len(everything),
        )

    @get("/rules/{key:path}")
    async def rule_page(
        request: AnyRequest, key: str, span: str = "24h", level: str = "", lasts: str = ""
    ) -> Response[str]:
        ready, now = find(key), clock.read()
        judge = rules.judge
        state = next((one for one in states() if one.ready.key == ready.key), RuleState(ready, "elsewhere", {}))
        standings = judge.standings(ready.key, now, MOST_SERIES) if judge else []
        word, form = span if span in SPANS else "24h", Form({"level": level[:200], "lasts": lasts[:40]})
        beside = [one for one in known().values() if one.rule.measure == ready.rule.measure and one is not ready]
        return shell.page(
            request,
            "alerts/rule.html",
            each=row(state),
            ready=ready,
            good=good_of(current.plan, ready.rule),
            place=current.plan.position(ready.rule.path),
            standings=[_standing(one) for one in standings],
            more=max(0, state.series - len(standings)),
            judged_at=rules.judged_at,
            beside=[row(RuleState(one, state.word, {})) for one in beside],
            history=[shown(current.plan, one) for one in await alerts.of_measure(ready.rule.measure)],
            past_address=f"/past{path_of(ready.key)}?{urlencode({'span': word, **form.values})}",
            tabs=[
                {"href": f"{path_of(ready.key)}?span={one}", "label": label, "current": one == word}
                for one, (_, label) in SPANS.items()
            ],
            span=word,
        )

    @get("/past/rules/{key:path}")
    async def past(request: AnyRequest, key: str, span: str = "24h", level: str = "", lasts: str = "") -> Response[str]:
        ready, form = find(key), Form({"level": level[:200], "lasts": lasts[:40]})
        length = SPANS.get(span, SPANS["24h"])[0]
        played = ready
        if level.strip() or lasts.strip():
            try:
                played = tried(current.plan, ready, level.strip(), lasts.strip())
            except Unreadable as unreadable:
                form.fail("level", unreadable.says)
        same = [one for one in known().values() if one.rule.measure == ready.rule.measure and one is not ready]
        found = await rules.past(Look(played, same, length))
        episodes = sorted(found.replayed.episodes, key=lambda one: one.begin, reverse=True)
        lengths = [(one.end or clock.read()) - one.begin for one in episodes]
        return shell.page(
            request,
            "alerts/rule_past.html",
            past=found,
            each=row(RuleState(played, "fine", {})),
            rule_path=path_of(ready.key),
            tried=played is not ready,
            form=form,
            span=span,
            step=say_duration(found.replayed.step),
            episodes=[
                {
                    "one": one,
                    "who": ", ".join(value for name, value in one.labels.items()),
                    "length": length_,
                }
                for one, length_ in zip(episodes, lengths, strict=True)
            ][:MOST_EPISODES],
            count=len(episodes),
            told=sum(not one.lost for one in episodes),
            lasted=sum(lengths, timedelta(0)),
        )

    return [rules_page, rule_page, past]


def _standing(one: Standing) -> dict[str, Any]:
    tone, word = CALLED[PHASES[one.phase]]
    return {
        "who": one.labels,
        "tone": tone,
        "word": word,
        "seen": one.seen,
        "why": one.verdict.because,
        "since": one.since,
        "heard_at": one.heard_at,
    }
