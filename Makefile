# `make` lists the targets. Python 3.11 to 3.14; choose one with `make PYTHON=python3.12 report`.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -q
SYSTEM := PYTHONPATH=src $(PYTHON) -m ronkyo.system
VNU := vnu-jar@26.9.27

.PHONY: help machine install system programs report pdf editions check-report check-reproducible check-fresh test fuzz lint lock clean

help:
	@echo "make report   set up, run the pipeline, leave reports/day3.pdf and reports/day3.html"
	@echo "make pdf      set up, leave the two from the committed results: nothing is trained"
	@echo "make editions make pdf, and beside it the PDF of the other edition: reports/day3-full.pdf or day3-submission.pdf"
	@echo "make test     set up, run the tests"
	@echo "make system   install the system's libraries that the two need; they name what is missing"
	@echo "make check-report   are both editions typeset as they should be? validators, fonts, links, lines, pages"
	@echo "make check-reproducible   do two clones, in other places and at another time, write the same report?"
	@echo "make check-fresh   do the two commands work on a new Debian? as root; at most 2 hours and 20 GB"
	@echo "make fuzz     give each reader of other people's files 10,000 damaged inputs"
	@echo "make lint     ruff and pyright"
	@echo "make lock     write requirements.lock anew from pyproject.toml"
	@echo "make clean    remove the virtual environment and everything built (not downloads, not DVC's cache)"

machine:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 14); sys.exit(None if ok else "Python 3.11 to 3.14 is needed, found %d.%d; choose one with: make PYTHON=python3.12 report" % sys.version_info[:2])'
	@$(SYSTEM) venv

install: machine .venv/installed

# PyTorch's CPU build comes first where there is one: pip alone would prefer the file whose digest its index tells. What the
# CUDA build needs is taken only with that build.
.venv/installed: requirements.lock requirements-cuda.lock pyproject.toml | machine
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@sed -n '/^torch==/,/[^\]$$/p' requirements.lock | sed '1s/ /+cpu /' > .venv/torch-cpu.lock
	@$(PIP) --no-deps --require-hashes -r .venv/torch-cpu.lock 2> /dev/null || echo "torch: no CPU build in this index"
	$(PIP) --no-deps --require-hashes -r requirements.lock
	@if $(BIN)/python -c 'from importlib.metadata import requires as r; exit(any("nvidia" in line for line in r("torch")))'; \
	then :; else set -x; $(PIP) --no-deps --require-hashes -r requirements-cuda.lock; fi
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

system:
	@$(SYSTEM) venv install

programs:
	@$(SYSTEM) programs install

report: install
	ronkyo check
	@ronkyo pipeline --check || echo "dvc.yaml is used as it is"
	ronkyo repro
	@ronkyo verify --current --badge reports/badge.svg --language en || true
	@echo "reports/day3.pdf and reports/day3.html are ready"

# Results and figures are committed, so only the report is made.
pdf: install
	ronkyo repro --single-item report
	@echo "reports/day3.pdf and reports/day3.html are ready"

editions: pdf
	ronkyo editions

reports/day3.pdf:
	@$(MAKE) pdf

check-report: install build/check/$(VNU) reports/day3.pdf
	@$(SYSTEM) programs
	@ronkyo editions
	@python -m ronkyo.check; one=$$?; python -m ronkyo.check reports/day3-full.pdf reports/day3.html && exit $$one

# The HTML validator.
build/check/$(VNU):
	@$(SYSTEM) programs
	@npm install --silent --no-fund --no-audit --prefix build/check $(VNU) || { echo "npm could not install $(VNU)"; exit 1; }
	@touch $@

check-reproducible: install
	@python tests/two_clones.py

check-fresh:
	@sh tests/fresh_machine.sh

test: install
	python -m pytest

fuzz: install
	RONKYO_FUZZ=10000 python -m pytest tests/ronkyo/test_fuzz.py

lint: install
	ruff check . && ruff format --check . && pyright

lock: install
	$(PIP) --target build/uv --upgrade uv
	PATH=build/uv/bin:$$PATH python tests/write_lock.py $(UPGRADE)
	$(MAKE) install
	ronkyo pipeline

clean:
	rm -rf .venv build runs dvc_plots reports/day3.html reports/day3.pdf reports/day3-full.pdf reports/day3-submission.pdf
	find data -mindepth 1 -maxdepth 1 ! -name downloads -exec rm -rf {} + 2>/dev/null || true
