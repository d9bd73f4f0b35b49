"""The API is what its description says, whatever is sent to it."""

import subprocess
import sys
from pathlib import Path

from tests.running import running


def test_the_api_keeps_its_own_description_under_generated_requests(tmp_path: Path) -> None:
    with running(tmp_path) as bosco:
        described = bosco.ask("/api/openapi.json").json()
        assert described["openapi"].startswith("3.1")
        assert all(path.startswith("/api/v1/") for path in described["paths"])
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{bosco.port}/api/openapi.json"),
                *("-H", f"Authorization: Bearer {bosco.token}", "--max-examples", "8", "--seed", "1", "--workers", "1"),
                *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
                *("--checks", "response_schema_conformance", "--no-color", "--request-timeout", "20"),
                # Ending the token that asks would end the test, and a stream of events never ends.
                *("--exclude-method", "DELETE", "--exclude-path-regex", "stream|tail|live"),
            ],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
        # And it still answers.
        assert bosco.ask("/readyz").status == 200
