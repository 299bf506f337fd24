# Everything runs in .venv, made here from the lock files. PYTHON picks the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
# What else pytest is told by `make test`.
OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help install develop demo serve test quick screenshots lint types evals evals-model bench figures lock browser catalogues yardstick clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.developed: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	touch $@

install: $(VENV)/.installed ## Install the product into .venv
develop: $(VENV)/.developed ## Install the product and what its tests need

demo: install ## Load the demo company, print a brief and its queue entry, serve the web app
	$(BIN)/sales-copilot demo

serve: install ## Serve the web app and the API
	$(BIN)/sales-copilot serve

browser: develop ## Make sure that a Chromium is there for the browser tests
	bash .ci/browser

# In the order of their folders: slow files come first and quick ones last, so that neither process waits for the other.
# What is compiled is kept even where the shell says otherwise: tests start dozens of processes that load the product.
test: develop ## Run every test
	-bash .ci/browser
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(OPTIONS)

quick: develop ## Run the tests that need neither a browser nor patience
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not slow"

screenshots: develop ## Pictures of every page, both themes and sizes, into build/screenshots
	-bash .ci/browser
	$(BIN)/python -m pytest tests/browser/test_browser_every_page.py --screenshots build/screenshots

lint: develop ## Formatter, linter and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: develop ## Strict type check
	$(BIN)/mypy

evals: develop ## Measure quality (minutes); figures go to evals/figures.json
	$(BIN)/python -m evals.run quality $(if $(DATA),--data $(DATA))

evals-model: develop ## Measure what needs a local model (hours); COPILOT_LOCAL_MODEL names its file
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-local.lock
	$(BIN)/python -m evals.run model $(if $(DATA),--data $(DATA))

bench: develop ## Measure speed as ratios in one run (up to an hour)
	$(BIN)/python -m evals.run bench $(if $(DATA),--data $(DATA))

figures: develop ## Write the README's table from evals/figures.json
	$(BIN)/python -m evals.report --write

lock: develop ## Make the lock files anew
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --constraint requirements.lock --output-file requirements-dev.lock
	$(BIN)/uv pip compile requirements-yardstick.in --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-yardstick.lock
	$(BIN)/uv pip compile requirements-local.in --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-local.lock

catalogues: develop ## Find the messages of pages and errors; then translate the empty ones in the .po file
	$(BIN)/python -m api.web.catalogue

yardstick: ## Install Presidio into .venv-yardstick, to measure the guardrails' speed and finds against it
	test -x .venv-yardstick/bin/python || $(PYTHON) -m venv .venv-yardstick
	.venv-yardstick/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-yardstick.lock

clean: ## Remove what was built, not your data
	rm -rf $(VENV) .venv-yardstick build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
