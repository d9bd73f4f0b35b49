# Everything a developer does. `make` alone says what there is.
PY ?= python3
BIN := .venv/bin
STATIC := src/bosco/web/static/vendor

.PHONY: help run test again check fmt build bench soak pictures lock clean

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PY) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python scripts/link.py
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# A page or a module may name an icon that no other names.
$(STATIC)/.done: package-lock.json scripts/assets.py $(shell find src/bosco -name "*.html" -o -name "*.py") | .venv/.run
	$(BIN)/python scripts/assets.py
	@touch $@

run: .venv/.run $(STATIC)/.done  ## show the product alive, with its demonstration, on http://127.0.0.1:8420
	$(BIN)/python -m bosco demo

# Tests wait more than they compute, and those of a file share what they start.
test: .venv/.dev $(STATIC)/.done  ## every test but the marathons
	$(BIN)/python -m pytest -n 4 --dist loadfile -m "not soak"

again: .venv/.dev $(STATIC)/.done  ## the tests that failed last, one at a time
	$(BIN)/python -m pytest -m "not soak" --last-failed --last-failed-no-failures none

check: .venv/.dev  ## lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/.dev  ## put the code in its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: .venv/.dev $(STATIC)/.done  ## a wheel in dist/
	$(BIN)/python -m hatchling build -t wheel

bench: .venv/.dev $(STATIC)/.done  ## how fast it is, as ratios and growth
	$(BIN)/python -m bench

soak: .venv/.dev $(STATIC)/.done  ## the marathons
	$(BIN)/python -m pytest -m soak

pictures: .venv/.dev $(STATIC)/.done  ## the pictures of the manual, from the running demonstration
	$(BIN)/python scripts/screenshot.py

lock: .venv/.dev  ## choose the versions of what we stand on anew
	$(BIN)/python scripts/lock.py

clean:  ## forget everything that was built
	rm -rf .venv dist $(STATIC) node_modules
