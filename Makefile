# One word for everything one does with the source. `make` alone lists the words.
#
#   make setup PYTHON=python3.12    another interpreter than `python3` (3.11 or newer)
#   make demo PORT=8080             another port
#   make test WORKERS=4             more test processes

PYTHON  ?= python3
PORT    ?= 8000
WORKERS ?= 2

BIN := .venv/bin

# What Python compiles is kept, whatever the machine is set to: compiling the tests anew takes longer than running them.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup lint demo test check units quick prove migrate docs bench lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv and the front-end files; does nothing when they are there
	@$(PYTHON) -m setup

demo: setup ## a fictional municipality in the browser, on 127.0.0.1:8000
	@exec $(BIN)/tillit demo --port $(PORT)

lint: setup ## format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: setup ## the fast loop: lint and the unit tests, side by side; a minute at most
	@$(MAKE) --no-print-directory --jobs=2 lint units

units: setup ## the tests that need no database, program or browser
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not house and not slow and not prove and not browser"

quick: setup ## the unit tests, and every deed on SQLite; a minute
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not slow and not prove and not browser and not postgres"

test: setup ## everything that must hold before a change lands, browser and PostgreSQL included
	@$(BIN)/python -m setup.find_browser
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

prove: setup ## the long proofs, then mutants of the rules; takes hours
	@$(BIN)/python -m setup.find_browser
	$(BIN)/pytest -q -m "prove or hypothesis" --hypothesis-profile=searching
	$(BIN)/mutmut run
	@$(BIN)/python -m tests.judge_mutants

migrate: setup ## bring the database to the newest form
	@$(BIN)/tillit migrate

docs: setup ## write the documents that are generated from the source
	@$(BIN)/tillit docs

bench: setup ## measure on this machine
	@$(BIN)/tillit bench

lock: setup ## resolve the Python packages anew and write requirements/
	@$(BIN)/python -m setup.lock_packages
