"""The description of `/api/v1` for programs (OpenAPI 3.1) and a plain page of it for people."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from bosco.kit.words import msg
from bosco.web.problems import PROBLEM_JSON, TITLES
from bosco.web.shell import Shell
from bosco.web.visitor import PUBLIC, AnyRequest, Visitor, visitor_of

BELOW = "/api/v1"


def _is_api(route: Any) -> bool:
    paths = [route.path] if isinstance(route, Router) else getattr(route, "paths", None) or [getattr(route, "path", "")]
    return any(str(path).startswith(BELOW) for path in paths)


async def _visitor(request: AnyRequest) -> Visitor:
    return visitor_of(request)


def document(routes: Sequence[Any], version: str) -> dict[str, Any]:
    """Return the OpenAPI document of the routes below `/api/v1`."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="An API token: `bosco token create --role ROLE`.")
    config = OpenAPIConfig(
        title="Bosco",
        version=version,
        description="Everything that pages can do, programs can do too. Refusals are RFC 9457 problem details.",
        components=Components(security_schemes={"token": bearer}),
        security=[{"token": []}],
        use_handler_docstrings=True,
    )
    described = Litestar(
        [route for route in routes if _is_api(route)],
        dependencies={"visitor": Provide(_visitor)},
        openapi_config=config,
        logging_config=None,
    )
    made = described.openapi_schema.to_schema()
    made["paths"] = {path: item for path, item in made.get("paths", {}).items() if path.startswith(BELOW)}
    made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for item in made["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                # Litestar describes its own form of errors; ours is one form for all of them.
                kept = {status: told for status, told in operation["responses"].items() if status < "400"}
                operation["responses"] = {**kept, "default": REFUSED}
    return made


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Why something was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence, in the language of Accept-Language."},
        "hint": {"type": "string", "description": "What to do next."},
        "where": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "enum": [str(code) for code in TITLES]},
        "id": {"type": "string", "description": "The id of this request, as the log has it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "in", "detail"],
                "properties": {"field": {"type": "string"}, "in": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
REFUSED: dict[str, Any] = {
    "description": "Refused, and why",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def routes(shell: Shell, all_routes: Sequence[Any], version: str) -> list[Any]:
    """Return the routes that describe the API."""

    @cache
    def described() -> dict[str, Any]:
        return document(all_routes, version)

    @get("/api/openapi.json", opt=PUBLIC)
    async def openapi() -> Response[dict[str, Any]]:
        return Response(described(), headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})

    @get("/api", opt=PUBLIC)
    async def api(request: AnyRequest) -> Response[str]:
        operations = [
            {
                "method": method.upper(),
                "path": path,
                "summary": told.get("summary", ""),
                "about": told.get("description", ""),
            }
            for path, item in sorted(described()["paths"].items())
            for method, told in item.items()
            if isinstance(told, dict) and "responses" in told
        ]
        return shell.page(request, "web/api.html", title=msg("API"), operations=operations, problems=TITLES)

    return [openapi, api]
