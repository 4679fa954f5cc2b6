.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check fmt lint contracts setup assets programs

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
	$(bin)/pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: lint test ## Everything that must hold before a change goes in, what fails fastest first

fmt: setup ## Format, and mend what a machine can mend
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

lint: setup ## Format, lint, types and imports, without the tests
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports

contracts: setup ## Write the schemas and the AsyncAPI document anew from the event classes
	@$(bin)/python tools/contracts.py

setup: ## Make .venv what uv.lock says
	@$(PYTHON) -m tools.setup

assets: setup ## Fetch what the browser gets from others
	@$(bin)/python -m tools.assets

programs: setup ## Install PostgreSQL, RabbitMQ and a browser for the tests, where none is at hand
	@$(bin)/python -m tools.programs
