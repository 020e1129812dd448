# make run    starts the map, make test checks everything; make lists all targets.

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint types format check-data chromium readers postgres nginx bench soak catalogues layout vendor screenshots hooks clean

IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3.11 python3 python; do \
	$$each -c '$(IS_NEW_ENOUGH)' 2>/dev/null && command -v $$each && break; done)
PY := .venv/bin/python

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PYTHONUTF8 := 1

# A stamp's name holds the checksum of the requirements, so only a change of their content installs again.
RUN_READY := .venv/ready-to-run-$(shell cat requirements.txt | cksum | tr ' ' '-')
TEST_READY := .venv/ready-to-test-$(shell cat requirements.txt requirements-dev.txt | cksum | tr ' ' '-')

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: $(RUN_READY) ## start the map, at PORT or the settings' port (8501)
	$(PY) -m server $(addprefix --port ,$(PORT))

test: $(TEST_READY) chromium readers postgres nginx lint types check-data ## all checks and tests; browser tests need Chromium
	$(PY) -m pytest

lint: $(TEST_READY) ## style and form of the code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(TEST_READY) ## types
	$(PY) -m mypy

format: $(TEST_READY) ## put the code in form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

check-data: $(RUN_READY) ## check the files in data/
	$(PY) -m geo.check

chromium: ## find or install Chromium for the browser tests
	@tools/ensure_chromium.sh || true

readers: ## find or install poppler, GDAL and LibreOffice for the tests of files
	@tools/ensure_readers.sh || true

postgres: ## find or install PostgreSQL for the tests of the record
	@tools/ensure_postgres.sh || true

nginx: ## find or install nginx for the test of the proxy
	@tools/ensure_nginx.sh || true

soak: $(TEST_READY) postgres readers nginx chromium ## edit, kill, import and read for an hour: nothing may be lost or slow
	$(PY) -m tests.soak

bench: $(TEST_READY) ## measure the app's speed
	$(PY) -m tests.bench

bundle: $(RUN_READY) ## make dist/, what goes to an office without internet; TARGET=linux-x64 or windows-x64 for one
	$(PY) -m tools.bundle $(addprefix --target=,$(TARGET)) $(addprefix --python=,$(PYTHONS))

locks: $(RUN_READY) ## choose what make bundle packs anew, after a change of requirements.txt
	$(PY) -m tools.bundle lock

catalogues: $(RUN_READY) ## bring the translators' files up to date with the texts
	$(PY) -m tools.catalogues

layout: $(RUN_READY) ## draw data/layout.geojson anew by its recipe
	$(PY) -m data.recipes.layout

vendor: $(TEST_READY) ## fetch static/ anew; needs npm and the internet
	$(PY) -m tools.vendor

screenshots: $(TEST_READY) chromium ## take the screenshots anew
	$(PY) -m tools.screenshots

hooks: $(TEST_READY) ## run the checks at each commit
	$(PY) -m pre_commit install

clean: ## remove what make and the tools have made
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

$(RUN_READY): $(PY)
	@echo "Installing requirements.txt, a few minutes the first time ..."
	@$(PY) -m pip install --quiet -r requirements.txt
	@rm -f .venv/ready-to-run-* && touch $@

$(TEST_READY): $(PY)
	@echo "Installing requirements-dev.txt, a few minutes the first time ..."
	@$(PY) -m pip install --quiet -r requirements-dev.txt
	@rm -f .venv/ready-to-* && touch $(RUN_READY) $@

$(PY):
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(IS_NEW_ENOUGH)' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; exit 1; }
