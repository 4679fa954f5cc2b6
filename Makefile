.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check fmt lint bench faults chaos compat compose-check drill release secrets contracts setup assets programs

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
ARGS ?=
bin := .venv/bin

# Some companies sign their own traffic: uv and npm trust what the machine trusts.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1

help: ## List what you can do here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(/:.*/, "", $$1); printf "  make %-8s %s\n", $$1, $$2}'

run: setup assets ## Start the whole suite in one process, with demo data; prints address and sign-in
	@$(bin)/python -m chassis run --port $(PORT)

test: setup assets programs ## Run every test, on SQLite and on real PostgreSQL and RabbitMQ (ARGS="-k card")
	$(bin)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

faults: setup programs ## Kill, cut and fill what there is, one by one, and nothing else (part of make test)
	$(bin)/pytest -n0 tests/faults $(ARGS)

compat: setup programs ## Hold today's code against the previous release, in both directions (docs/releasing.md)
	$(bin)/pytest --numprocesses $(WORKERS) --dist loadfile tests/compat $(ARGS)

release: lint compat ## Cut a release: make release VERSION=0.2.0
	@$(bin)/python tools/release.py $(VERSION)

check: lint test ## Everything that must hold before a change goes in, what fails fastest first

fmt: setup ## Format, and mend what a machine can mend
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

lint: setup ## Format, lint, types and imports, without the tests
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports

chaos: setup programs ## Let 200 mishaps befall the suite during 100,000 writes (50 minutes; writes docs/chaos.md)
	@$(bin)/python -m tests.faults.chaos $(ARGS)

bench: setup programs ## Measure what is fast, side by side, on a quiet machine (ARGS="recovery": the one with hangs of a minute)
	@$(bin)/python -m benchmarks $(ARGS)

drill: setup programs ## Back up a suite under load, restore it into a new place, compare copies with owners (docs/backup.md)
	$(bin)/pytest -n0 -rP tests/operations/test_drill.py

contracts: setup ## Write anew what follows from the code: schemas, AsyncAPI, the broker's definitions, the user guide
	@$(bin)/python tools/contracts.py
	@$(bin)/python -m tools.broker
	@$(bin)/python -m tools.guide

secrets: setup ## Make the secrets of docker-compose.yml, those that are missing
	@$(bin)/python -m tools.first_secrets

compose-check: setup ## Build the images, run the suite in containers, restart each under load, take all down
	KUNDEKORT_COMPOSE=1 $(bin)/pytest -n0 -rP tests/deploy/containers

setup: ## Make .venv what uv.lock says
	@$(PYTHON) -m tools.setup

assets: setup ## Fetch what the browser gets from others
	@$(bin)/python -m tools.assets

programs: setup ## Install PostgreSQL, RabbitMQ and a browser for the tests, where none is at hand
	@$(bin)/python -m tools.programs
