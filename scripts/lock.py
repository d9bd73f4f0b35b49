"""Write requirements/*.txt from requirements/*.in: exact versions, hashes, and no address of any registry."""

import subprocess
import sys

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "-q"]

subprocess.run([sys.executable, "-m", "pip", "install", "-q", "uv"], check=True)
for name in ("run", "dev"):
    after = [] if name == "run" else ["-c", "requirements/run.txt"]
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *after),
            *(f"requirements/{name}.in", "-o", f"requirements/{name}.txt"),
        ],
        check=True,
    )
