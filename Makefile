# Needs Python 3.11+, make, and the network registries of Python, npm and Debian; no compiler.
# `make` alone lists the targets.

VENV := .venv
PY := $(VENV)/bin/python
JIFEN := $(VENV)/bin/jifen
STATIC := src/jifen/site/static
ASSETS := $(STATIC)/icons/LICENSE

# Settings, all optional:
#   PYTHON=/path/to/python3.12   the Python to make .venv with
#   WORKERS=2                    test processes
#   PYTEST="-k earn -x"          more options for pytest
#   DEMO="--small"               options for `jifen demo`
#   UPGRADE=1                    make lock takes the newest versions
WORKERS ?= 2
PYTEST ?=
DEMO ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help env assets browser demo test check fmt soak bench tour lock wheel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

env: $(VENV)/.ready ## .venv with everything the locks name, and Jifen itself, editable

# tools/env.py writes the stamp last, so an interrupted run is made good by the next one.
$(VENV)/.ready: requirements/dev.txt requirements/uv.txt pyproject.toml tools/env.py
	@python=$$(PYTHON="$(PYTHON)" tools/find_python.sh) && "$$python" tools/env.py

assets: $(ASSETS) ## what pages load in the browser, from npm's lock into the package

# The icons come last, so an interrupted run is made good by the next one.
$(ASSETS): package-lock.json package.json .npmrc tools/assets.py src/jifen/site/icons.txt | $(VENV)/.ready
	@$(PY) -m tools.assets
	@touch $@

browser: ## Chromium and Chinese fonts for the browser tests, where they can be installed
	@tools/browser.sh

demo: env assets ## try Jifen: a server with an invented alliance (DEMO= options)
	$(JIFEN) demo $(DEMO)

test: env assets browser ## all tests but the long ones (WORKERS=2, PYTEST= options)
	$(PY) -m pytest -n $(WORKERS) $(PYTEST)

check: env ## what each commit passes: format, lint, types, style and floors, schema drift
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/style
	$(JIFEN) migrate --check-drift

fmt: env ## format the code, and mend what ruff can
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

soak: env assets ## the tests that run for minutes
	$(PY) -m pytest -m soak -o faulthandler_timeout=0 $(PYTEST)

bench: env ## measure: events taken in, answers at the till, tills racing for one wallet, clients for scarce things, rules
	$(JIFEN) bench ingest
	$(JIFEN) bench till
	$(JIFEN) bench race
	$(JIFEN) bench contend
	$(JIFEN) bench rules

tour: env assets browser ## docs/tour: pictures of the pages, from the demo
	$(JIFEN) demo --no-serve
	$(PY) -m tools.tour

lock: $(VENV)/bin/uv ## pin all versions anew (UPGRADE=1: the newest that fit)
	$(PY) -m tools.lock

$(VENV)/bin/uv:
	@$(MAKE) --no-print-directory env

wheel: env assets ## dist/jifen-*.whl, with the assets inside
	$(PY) -m hatchling build -t wheel

clean: ## remove all that make has made, .venv included
	rm -rf $(VENV) node_modules src/jifen/api/static/swagger build dist
	rm -rf $(STATIC)/echarts $(STATIC)/htmx $(STATIC)/icons $(STATIC)/tabler
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
