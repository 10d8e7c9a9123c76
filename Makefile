# Everything a newcomer or a contributor runs. `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# Bytecode is written even where the shell says otherwise: Ray starts in 4 s with it and in 13 s without.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help play setup dashboard test test-browser bench faults growth check format texts requirements
.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' Makefile

play: ## Set up, start everything, open the playground (ARGS="--port 9000 --no-browser")
	@$(PYTHON) tools/set_up.py
	@exec $(BIN)/python launch.py play $(ARGS)

setup: ## Make .venv with everything for playing, testing and checking
	@$(PYTHON) tools/set_up.py --dev

dashboard: ## Add what Ray's dashboard and metrics need to .venv; config/cluster.json switches them on
	@$(PYTHON) tools/set_up.py --dashboard

test: setup ## Run all tests but those in a browser (ARGS="-k summon")
	$(PYTEST) --ignore=tests/browser -n auto --dist loadfile $(ARGS)

test-browser: setup ## Run the tests in a headless browser, installing Debian's chromium where it is missing
	@tools/need_chromium.sh
	$(PYTEST) tests/browser $(ARGS)

bench: setup ## Measure P1 to P10 side by side, about 10 minutes (ARGS="--only P1,P3")
	@$(BIN)/python -m tests.bench $(ARGS)

faults: setup ## Kill everything in turn under load and check what is left (ARGS="--minutes 3 --seed 7")
	@$(BIN)/python -m tests.faults.campaign $(ARGS)

growth: setup ## Measure how cost grows and draw it for docs/growth.md, about 10 minutes
	@$(BIN)/python -m tests.bench.growth

check: setup ## Format, lint, types, import contracts and unit tests, in under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	FAYE_SEEDS_A_BLOCK=10 $(PYTEST) tests/unit -n auto -q

format: setup ## Format and sort what `check` would refuse
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

texts: setup ## Gather what users read into faye/locales/faye.pot, and bring the catalogues up to date
	@$(BIN)/python -m tools.texts

requirements: setup ## Pin anew from pyproject.toml's ranges, with hashes for all platforms
	$(BIN)/uv pip compile pyproject.toml $(PIN) -o requirements.txt
	$(BIN)/uv pip compile --group dev -c requirements.txt $(PIN) -o requirements-dev.txt
	$(BIN)/uv pip compile --group dashboard -c requirements.txt -c requirements-dev.txt $(PIN) -o requirements-dashboard.txt
PIN := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
