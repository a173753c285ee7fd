# Two commands: `make run` and `make test`. Both set up what they need; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help run test check setup web docs format clean test-tools test-setup
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
STATIC := server/src/watchglass/static/index.html
WEB_SOURCES := $(shell find web/src web/public web/index.html web/*.ts web/*.json -type f 2>/dev/null)
# a test area: a folder or a file below server/tests, such as AREA=store; or the probe's, such as AREA=probe/tests/test_streams.py
AREA ?=

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: setup ## Start the server with a small live demonstration: http://localhost:4318
	$(BIN)/watchglass up --demo

test: setup test-setup test-tools ## Check and run every test; AREA=store runs the server's tests of one area, AREA=probe the probe's
ifeq ($(AREA),)
	$(MAKE) --no-print-directory check
	cd web && npm test
	$(BIN)/python -m pytest server/tests
	$(BIN)/python -m pytest probe/tests
else
	$(BIN)/python -m pytest $(firstword $(wildcard server/tests/$(AREA)) $(AREA))
endif

check: setup test-setup ## Lint, type checks and import rules
	$(BIN)/ruff check server probe
	$(BIN)/ruff check --config server/pyproject.toml --extend-ignore ARG,D,PLC0415,PLW,S,SIM108,T20,TID251 bench deploy docs examples web/scripts
	cd server && ../$(BIN)/mypy
	cd server && ../$(BIN)/lint-imports
	cd probe && ../$(BIN)/mypy
	cd probe && ../$(BIN)/lint-imports
	cd web && npm run check
	$(BIN)/python docs/generate.py --check

setup: $(VENV)/.installed $(STATIC) ## Make .venv with the `watchglass` command and build the screens

# uv where there is one, else the first Python that is new enough
$(VENV)/.installed: server/pyproject.toml
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python '>=3.11' $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python -e 'server[demo]' -e 'probe[host]'; \
	else \
	  for python in python3 python3.13 python3.12 python3.11; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	  done; \
	  if [ -z "$$python" ]; then echo "Python 3.11 or newer is needed" >&2; exit 1; fi; \
	  $$python -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[demo]' -e 'probe[host]'; \
	fi
	@touch $@

test-setup: $(VENV)/.installed-dev

$(VENV)/.installed-dev: $(VENV)/.installed probe/pyproject.toml
	@if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python -e 'server[clients,dev]' -e 'probe[gpu,host]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[clients,dev]' -e 'probe[gpu,host]'; fi
	@touch $@

web: $(STATIC) ## Build the screens

web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC): web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

# Chromium for the browser tests, PostgreSQL for the control database's, Prometheus for remote write's; where they cannot be installed those tests are skipped by name
test-tools:
	@if ! command -v chromium >/dev/null || ! command -v prometheus >/dev/null || ! command -v amtool >/dev/null || ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core postgresql prometheus prometheus-alertmanager >/dev/null; \
	  else echo "chromium, postgresql, prometheus or amtool is absent: tests that need it are skipped"; fi; \
	fi

docs: setup test-setup ## Write the generated pages of docs/
	$(BIN)/python docs/generate.py

format: test-setup ## Sort imports and mend what the linter can
	$(BIN)/ruff check --fix server probe

clean: ## Remove what was built and installed
	rm -rf $(VENV) web/node_modules web/dist server/src/watchglass/static
