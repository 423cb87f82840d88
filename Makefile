# Two commands are the front door: `make demo` and `make test`. Both need only Python 3.11+ and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := gen kit services/llm services/image services/video services/audio services/story gateway cli fakes
PROMPT ?= A lighthouse keeper befriends a storm

.PHONY: help
help: ## Show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: requirements/bootstrap.txt requirements/dev.txt $(MEMBERS:%=%/pyproject.toml)
	$(PYTHON) scripts/setup.py $(VENV) $(MEMBERS)
	@touch $@

.PHONY: setup
setup: $(VENV)/.installed ## Make .venv with everything the suite needs

.PHONY: demo
demo: setup ## Make a film from a sentence: make demo PROMPT="..."
	@$(BIN)/reelwright demo "$(PROMPT)"

.PHONY: up
up: setup ## Run the suite on port 8080 until Ctrl-C; FAKES=1: vendors are played on this machine
	@$(BIN)/reelwright up $(if $(FAKES),--fakes)

.PHONY: test
test: setup ## Run the tests
	$(BIN)/python -m pytest

.PHONY: chaos
chaos: setup ## Kill processes and read the books; CHAOS_SECONDS=600, CHAOS_SEED=n
	@seed=$${CHAOS_SEED:-$$RANDOM}; echo "CHAOS_SEED=$$seed"; \
	CHAOS_SEED=$$seed CHAOS_SECONDS=$${CHAOS_SECONDS:-600} $(BIN)/python -m pytest -s tests/chaos

.PHONY: soak
soak: setup ## Hundreds of streams at once, many of them left; SOAK_SECONDS=600 each way
	REELWRIGHT_SOAK_SECONDS=$${SOAK_SECONDS:-600} $(BIN)/python -m pytest -s -m long

.PHONY: bench
bench: setup ## Measure this machine and the suite on it; BENCH=name runs a part
	$(BIN)/python -m benchmarks $(BENCH)

.PHONY: check
check: setup ## Lint, types, contracts, drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/check_protos.py
	$(BIN)/python scripts/docs.py --check

.PHONY: fmt
fmt: setup ## Format Python and protos
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/buf format -w protos

.PHONY: proto
proto: setup ## Generate gen/ from protos/
	$(BIN)/python scripts/gen_protos.py

.PHONY: lock
lock: setup ## Compile requirements/*.txt from *.in: hashes, no index named
	$(BIN)/python scripts/lock.py
