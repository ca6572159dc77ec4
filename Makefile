# `make` lists the targets. Python 3.11, 3.12 or 3.13; choose one with `make PYTHON=python3.12 report`.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

VNU := vnu-jar@26.9.27

.PHONY: help install system programs report check-report check-reproducible test lint clean

help:
	@echo "make report   set up, run the pipeline, leave reports/day3.pdf and reports/day3.html"
	@echo "make check-report   is the built report typeset as it should be? validators, fonts, links, lines, pages"
	@echo "make check-reproducible   do two clones, in other places and at another time, write the same report?"
	@echo "make test     set up, run the tests"
	@echo "make lint     ruff and pyright"
	@echo "make clean    remove the virtual environment and everything built (not downloads, not DVC's cache)"

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); sys.exit(None if ok else "Python 3.11, 3.12 or 3.13 is needed, found %d.%d; choose one with: make PYTHON=python3.12 report" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -q -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

system:
	@PYTHONPATH=src $(PYTHON) -m day3.report.system

programs:
	@PYTHONPATH=src $(PYTHON) -m day3.report.system checks

report: install system
	day3 check
	dvc repro
	@day3 stages
	@echo "reports/day3.pdf and reports/day3.html are ready"

check-report: install programs build/check/$(VNU) reports/day3.pdf
	@python -m day3.report.checks

check-reproducible: install system
	@python tests/two_clones.py

# In a fresh clone: results and figures are committed, so only the fonts and the report are made.
reports/day3.pdf: | install system
	dvc repro --single-item fonts report

# The HTML validator; npm and java come through apt, as the libraries do.
build/check/$(VNU): | programs
	@npm install --silent --no-fund --no-audit --prefix build/check $(VNU) || { echo "npm could not install $(VNU)"; exit 1; }
	@touch $@

test: install system
	python -m pytest

lint: install
	ruff check . && ruff format --check . && pyright

clean:
	rm -rf .venv build runs dvc_plots reports/day3.html reports/day3.pdf
	find data -mindepth 1 -maxdepth 1 ! -name downloads -exec rm -rf {} + 2>/dev/null || true
