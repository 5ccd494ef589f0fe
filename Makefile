# The only entry to every command. `make demo` and `make test` work from a fresh checkout.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-stamp
ARGS ?=

# Nothing is fetched while the program works; idle threads sleep; windows need no screen.
TEST_ENV := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE QT_QPA_PLATFORM=offscreen HF_HUB_OFFLINE=1

.DEFAULT_GOAL := help
.PHONY: help install demo gui screenshots test check coverage campaign fix translations bench constraints clean

help:  ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

install: $(STAMP)  ## Make .venv with everything in it

$(STAMP): pyproject.toml .ci/constraints.txt .ci/install .ci/system-libraries
	.ci/install "$(PYTHON)" $(VENV)
	touch $@

demo: $(STAMP)  ## Photograph to report, with the bundled pack: prints where everything is
	$(BIN)/forensic-app demo $(ARGS)

gui: $(STAMP)  ## Open the window
	$(BIN)/python -m ui $(ARGS)

screenshots: $(STAMP)  ## Photograph every page of the window (docs/images; ARGS="--theme dark")
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m ui.screenshots $(ARGS)

test: $(STAMP)  ## Run the tests (ARGS="-k name" for some of them)
	$(TEST_ENV) $(BIN)/python -m pytest $(ARGS)

check: $(STAMP)  ## Lint, format, types, layers, coverage of the perfect list, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory coverage
	$(TEST_ENV) $(BIN)/python -m pytest $(ARGS)

coverage: $(STAMP)  ## Branch coverage of custody, digests, vault, store, error rates and verifier: all of it, or it fails
	$(TEST_ENV) $(BIN)/python -m pytest -q tests/core tests/store tests/evaluation/measures/test_error_rates.py \
	  tests/campaign/test_attacks.py tests/campaign/test_open_casebook.py tests/campaign/test_momentary_changes.py \
	  tests/campaign/test_decisions.py tests/campaign/test_places.py tests/campaign/test_version_1.py \
	  tests/campaign/test_amended_decisions.py tests/workflows/test_disputed_copies.py tests/migrations tests/test_doors.py \
	  --deselect tests/store/test_crash.py --cov --cov-report=term-missing:skip-covered

campaign: $(STAMP)  ## Attack and damage casebooks in every way known, and write docs/assurance.md (12 minutes)
	$(TEST_ENV) $(BIN)/python tests/campaign/report.py

fix: $(STAMP)  ## Correct what ruff can correct
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: $(STAMP)  ## Compile the window's texts (resources/translations)
	for each in window parameters; do \
	  $(BIN)/pyside6-lrelease resources/translations/$${each}_de.ts -qm resources/translations/$${each}_de.qm; \
	done

bench: $(STAMP)  ## Measure speed (ARGS="--data DIR" adds accuracy on labelled faces)
	OMP_WAIT_POLICY=PASSIVE HF_HUB_OFFLINE=1 $(BIN)/python tests/benchmarks/bench.py $(ARGS)

constraints: $(STAMP)  ## Write the installed versions to .ci/constraints.txt
	( head -2 .ci/constraints.txt; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed 's/+[a-z0-9.]*$$//' ) > .ci/constraints.new
	mv .ci/constraints.new .ci/constraints.txt

clean:  ## Remove caches and the virtual environment
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
