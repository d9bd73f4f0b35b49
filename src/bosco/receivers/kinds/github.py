"""GitHub's webhooks: vulnerable dependencies, workflows that fail, secrets and code that scanning found."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs

from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.receivers.kind import Body, Kind, decoded, labels_of, line, short_key, text, web_link, when, wrong
from bosco.receivers.model import Heard, Noted, Received, Said

_OPEN = {"created", "reopened", "reintroduced", "auto_reopened", "appeared_in_branch", "reopened_by_user"}
_OVER = {"fixed", "dismissed", "auto_dismissed", "resolved", "closed_by_user", "revoked"}
_FAILED = {"failure", "timed_out", "startup_failure", "action_required"}


class Github(Kind):
    """Alerts of a repository or an organisation, by a webhook.

    In the plan: {github: "${GITHUB_WEBHOOK_SECRET}"}
    """

    github: SecretText = "token"

    says: ClassVar[Message] = msg("GitHub")
    setup: ClassVar[str] = """Settings › Webhooks › Add webhook
Payload URL: {url}
Content type: application/json
Secret: the secret of the plan
Events: Dependabot alerts, Workflow runs, Deployment statuses, Code scanning alerts, Secret scanning alerts
"""

    def read(self, body: Body) -> Heard:
        """Return its alert, or a note of what is none."""
        event = body.headers.get("x-github-event", "")
        if not event:
            raise wrong(msg("The header {name} is missing.", name="X-GitHub-Event"), "x-github-event")
        data = decoded(_json_of(body), dict[str, Any])
        reads = _EVENTS.get(event)
        if reads is None:
            return [Noted(title=line(f"{event} {data.get('action') or ''}"), link=_repository_link(data))]
        return reads(data)

    def signed(self, body: Body) -> tuple[str, bytes] | None:
        """Return the signature of the raw body."""
        signature = body.headers.get("x-hub-signature-256")
        return None if signature is None else (signature.removeprefix("sha256="), body.raw)


def _json_of(body: Body) -> bytes:
    if not body.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return body.raw
    fields = parse_qs(body.raw.decode("utf-8", "replace"), max_num_fields=10)
    if "payload" not in fields:
        raise wrong(msg("The body has no “{name}”.", name="payload"), "payload")
    return fields["payload"][0].encode()


def _part(data: Mapping[str, Any], *path: str) -> dict[str, Any]:
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _repository(data: Mapping[str, Any]) -> tuple[str, str]:
    repository = _part(data, "repository")
    return line(repository.get("full_name") or ""), line(repository.get("name") or "")


def _repository_link(data: Mapping[str, Any]) -> str | None:
    return web_link(_part(data, "repository").get("html_url"))


def _ping(data: dict[str, Any]) -> Heard:
    return [Noted(title=line(data.get("zen") or "ping"), link=_repository_link(data))]


def _said(action: Any) -> Said | None:
    if not isinstance(action, str):
        return None
    return "firing" if action in _OPEN else "resolved" if action in _OVER else None


def _scanned(kind: str, title: Callable[[dict[str, Any]], str], severity: Callable[[dict[str, Any]], str]) -> Any:
    """Return what reads an alert that has a number in its repository."""

    def read(data: dict[str, Any]) -> Heard:
        alert, said = _part(data, "alert"), _said(data.get("action"))
        full, name = _repository(data)
        if said is None:
            return [Noted(title=line(f"{kind} {data.get('action')}"), link=web_link(alert.get("html_url")))]
        if not isinstance(alert.get("number"), int) or not full:
            raise wrong(msg("The body has no “{name}”.", name="alert.number"), "alert.number")
        return [
            Received(
                key=short_key(f"{kind}-{full}-{alert['number']}"),
                said=said,
                title=line(f"{title(alert)} ({full})"),
                severity=line(severity(alert)),
                service=name,
                labels=labels_of({"repository": full, "alert": str(alert["number"])}),
                why=text(_part(alert, "security_advisory").get("summary")),
                link=web_link(alert.get("html_url")),
                details=_details(alert),
            )
        ]

    return read


def _details(alert: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    advisory, fixed = _part(alert, "security_advisory"), _part(alert, "security_vulnerability", "first_patched_version")
    pairs = [
        ("CVE", advisory.get("cve_id")),
        ("GHSA", advisory.get("ghsa_id")),
        ("fixed in", fixed.get("identifier")),
        ("manifest", _part(alert, "dependency").get("manifest_path")),
    ]
    return tuple((name, line(value)) for name, value in pairs if value)


def _package(alert: dict[str, Any]) -> str:
    found = _part(alert, "dependency", "package") or _part(alert, "security_vulnerability", "package")
    return f"vulnerable dependency {found.get('name') or '?'}"


def _workflow(data: dict[str, Any]) -> Heard:
    run = _part(data, "workflow_run")
    full, name = _repository(data)
    if data.get("action") != "completed":
        return []
    conclusion, branch = line(run.get("conclusion") or ""), line(run.get("head_branch") or "")
    if conclusion not in _FAILED and conclusion != "success":
        return [Noted(title=line(f"{run.get('name')} {conclusion}"), link=web_link(run.get("html_url")))]
    workflow = run.get("workflow_id") or run.get("name")
    if not workflow or not full:
        raise wrong(msg("The body has no “{name}”.", name="workflow_run.name"), "workflow_run")
    return [
        Received(
            # The next good run of the same workflow on the same branch ends it.
            key=short_key(f"workflow-{full}-{workflow}-{branch}"),
            said="firing" if conclusion in _FAILED else "resolved",
            title=line(f"{run.get('name') or workflow}: {conclusion} ({full}, {branch})"),
            severity="warning",
            service=name,
            labels=labels_of({"repository": full, "branch": branch, "workflow": line(run.get("name") or "")}),
            link=web_link(run.get("html_url")),
            details=(("commit", line(run["head_sha"])),) if run.get("head_sha") else (),
        )
    ]


def _deployed(data: dict[str, Any]) -> Heard:
    deployment, status = _part(data, "deployment"), _part(data, "deployment_status")
    _, name = _repository(data)
    version, where = (
        line(deployment.get("ref") or deployment.get("sha") or ""),
        line(deployment.get("environment") or ""),
    )
    state = line(status.get("state") or "")
    return [
        Noted(
            title=line(f"{name} {version} → {where}: {state}"),
            link=web_link(status.get("target_url") or status.get("log_url")) or _repository_link(data),
            service=name,
            at=when(status.get("created_at")),
            version=version if state == "success" else "",
            environment=where,
        )
    ]


_EVENTS: dict[str, Callable[[dict[str, Any]], Heard]] = {
    "ping": _ping,
    "workflow_run": _workflow,
    "deployment_status": _deployed,
    "dependabot_alert": _scanned(
        "dependabot",
        _package,
        lambda alert: (
            _part(alert, "security_advisory").get("severity")
            or _part(alert, "security_vulnerability").get("severity")
            or ""
        ),
    ),
    "code_scanning_alert": _scanned(
        "code-scanning",
        lambda alert: str(_part(alert, "rule").get("description") or "code scanning"),
        lambda alert: str(
            _part(alert, "rule").get("security_severity_level") or _part(alert, "rule").get("severity") or ""
        ),
    ),
    "secret_scanning_alert": _scanned(
        "secret-scanning",
        lambda alert: f"secret in the repository: {alert.get('secret_type_display_name') or alert.get('secret_type')}",
        lambda alert: "critical",
    ),
}
