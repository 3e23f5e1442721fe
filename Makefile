# The two commands a newcomer needs: make run, make test. Both install what they need into .venv (Python 3.11 and make suffice).

PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz chaos check bench docs lock

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed ## install into .venv, puts watch766 at .venv/bin/watch766

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "watch766 needs Python 3.11 or newer, found " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## run everything here: database, simulated province, monitor, API (Ctrl-C stops it)
	@$(BIN)/watch766 demo

test: setup ## run every test, in two processes beside each other
	$(BIN)/python -m pytest --numprocesses=2

fuzz: setup ## ask every operation of the OpenAPI document many things for some minutes; FUZZ_EXAMPLES says how many
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-400} $(BIN)/python -m pytest tests/api/test_schemathesis.py

chaos: setup ## everything fails by seeds, SEED=17 or SEEDS=10 from FIRST=1 on; without SEED the webhooks, too, CHAOS_EVENTS=10000
	SEEDS=$${SEEDS:-10} CHAOS_EVENTS=$${CHAOS_EVENTS:-10000} $(BIN)/python -m pytest --show-capture=no -s \
		$(if $(SEED),,tests/system/test_chaos.py) tests/system/test_chaos_whole.py

check: setup ## what must hold before a test is worth running: lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## measure what is claimed, write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks --results benchmarks/RESULTS.md

docs: setup ## write the tables of docs/configuration.md anew, from the settings
	$(BIN)/python -m shared.reference

lock: ## write the locks anew, all that is needed and what runs: versions and hashes, no addresses (needs pip-tools)
	pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--no-header --no-annotate --all-build-deps --extra dev --output-file requirements.lock pyproject.toml
	pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--no-header --no-annotate --all-build-deps --constraint requirements.lock --output-file requirements-run.lock pyproject.toml
