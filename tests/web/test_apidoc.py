"""The API is described for programs, and the description is true."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from litestar.testing import TestClient
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection
from tests.web.world import World

Client = TestClient[Any]


def test_the_description_holds_the_api_and_only_the_api(client: Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert list(described["paths"]) == ["/api/v1/things/{number}"]
    operation = described["paths"]["/api/v1/things/{number}"]["get"]
    assert set(operation["responses"]) == {"200", "default"}
    assert operation["description"] == "Give one thing."
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "Problem" in described["components"]["schemas"]


def test_people_can_read_it_too(client: Client) -> None:
    page = client.get("/api").text
    assert "/api/v1/things/{number}" in page
    assert 'id="not-found"' in page


schema = schemathesis.openapi.from_asgi("/api/openapi.json", World().app)


@schema.parametrize()
@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_the_api_answers_as_described(case: Any) -> None:
    # That nothing answers without a token is tested with the visitors: here every request has one, also those that
    # were meant to be wrong by having none.
    token = {"authorization": "Bearer viewer"}
    case.call_and_validate(headers=token, excluded_checks=[ignored_auth, negative_data_rejection])
