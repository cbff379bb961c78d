# Two commands matter: `make demo` and `make test`. Both work on a machine with Python, git and make.

PYTHON ?= python3
# More arguments for the program that a target runs, e.g. make test ARGS='-k pointer'
ARGS ?=
# Of each second of a test it waits for a server, a disk or a pause for more than half: four tests at
# once are what keeps two processors busy.
WORKERS ?= 4

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

python = .venv/bin/python
made = .venv/made
installed = .venv/installed
run-tests = TMPDIR="$$(sh tests/scratch)" $(python) -m pytest -n $(WORKERS) --dist loadgroup

.DEFAULT_GOAL = help
.PHONY: help venv servers check test pytest demo mutants contract soak crash writers figures bench clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

venv: $(installed) ## Create .venv and install the project in it
	@:

# What lies in share is copied when the project is installed, unlike its Python.
$(installed): $(made) pyproject.toml tests/install-venv $(shell find share -type f)
	@PYTHON='$(PYTHON)' sh tests/install-venv

$(made): tests/make-venv
	@PYTHON='$(PYTHON)' sh tests/make-venv

servers: $(made) ## Install the storage servers that tests and demo start
	@PYTHON='$(CURDIR)/$(python)' sh tests/install-servers

check: venv ## Lint, formatting and types
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check . || { .venv/bin/ruff format --check .; exit 1; }
	@.venv/bin/mypy --no-error-summary

# The project and the servers are installed beside each other; the checks, which use one processor,
# run beside the tests.
test: ## Every check and every test
	@$(MAKE) --no-print-directory -j2 venv servers
	@$(MAKE) --no-print-directory -j2 check pytest

pytest:
	@$(run-tests) $(ARGS)

demo: venv servers ## A tour, with a storage server on this machine
	@$(python) demo/run.py $(ARGS)

mutants: venv servers ## Break the rules one at a time; the model must notice each
	@$(python) -m tests.model.mutants $(ARGS)

contract: venv servers ## Every fault on every server, every operation of git everywhere: minutes
	@$(run-tests) $(ARGS) tests/stores/whole_contract.py tests/hooks/whole_operations.py

soak: venv servers ## Random histories until interrupted
	@$(python) -m tests.model.soak $(ARGS)

crash: venv servers ## Kill the commands at random moments
	@$(python) -m tests.crash.run $(ARGS)

writers: venv servers ## Eight clones edit the same objects a thousand times
	@$(python) -m tests.writers.run $(ARGS)

figures: venv servers ## Count the faults, kills and bad inputs that are survived
	@$(python) -m tests.figures $(ARGS)

bench: venv servers ## Measure beside other tools
	@bench/run $(ARGS)

clean: ## Remove what the other targets made, but no data
	@rm -rf .venv .servers build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find gitstore tests -name __pycache__ -type d -prune -exec rm -rf {} +
