# `make demo` and `make test` need git, make and Python 3.10 or later, and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TALOS := tests/fixtures/talos/broken

# Seconds for each target of the fuzzer, and inputs for each in the short run.
FUZZ_SECONDS ?= 1800
FUZZ_RUNS ?= 10000

.PHONY: demo test test-long test-lowest fuzz fuzz-short test-hostile bench check docs site clean help

help:
	@echo "make demo       install mlblint into $(VENV), lint a small repository, show its fixes"
	@echo "make test       style, types and the test suite"
	@echo "make test-long  the tests that take minutes: wheels, hooks, oracles, other people's files"
	@echo "make test-hostile  measure mlblint's own patterns on long lines, on a quiet machine"
	@echo "make bench      measure mlblint on generated repositories: half an hour; see bench/README.md"
	@echo "make test-lowest  the test suite on the oldest dependencies that are allowed"
	@echo "make fuzz       each target of the fuzzer for FUZZ_SECONDS=$(FUZZ_SECONDS)"
	@echo "make fuzz-short  the same FUZZ_RUNS=$(FUZZ_RUNS) inputs for each target, every time"
	@echo "make docs       write the pages and tables that are generated"
	@echo "make site       build the pages in docs/ as a web site, in build/site"
	@echo "make clean      remove $(VENV) and what builds leave behind"

demo: $(VENV)/.installed
	@echo; echo "$$ mlblint $(TALOS)"; echo
	@$(BIN)/mlblint $(TALOS) || test $$? -eq 1
	@echo; echo "$$ mlblint --diff $(TALOS)"; echo
	@$(BIN)/mlblint --diff $(TALOS) || test $$? -eq 1

test: check
	$(BIN)/python -m pytest -n auto

test-long: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m long

# Minutes, on a machine that does nothing else: these measure time.
test-hostile: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m hostile

# Less, or more of it: make bench BENCH='--sizes 100,1000'
bench: $(VENV)/.installed
	$(BIN)/python -m bench $(BENCH)

test-lowest: $(VENV)-lowest/.installed
	$(VENV)-lowest/bin/python -m pytest -n auto

fuzz: $(VENV)/.installed-fuzz
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)

# Whether a change passes shall not depend on luck: the seed is fixed, and the order of sets.
fuzz-short: $(VENV)/.installed
	PYTHONHASHSEED=0 $(BIN)/python -m fuzz --runs $(FUZZ_RUNS) --seed 1

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m mlblint.rule_docs --check
	$(BIN)/python -m mlblint.help_docs --check

docs: $(VENV)/.installed-dev
	$(BIN)/python -m mlblint.rule_docs --write
	$(BIN)/python -m mlblint.help_docs --write

# Editors look for the schema of the configuration where the site lies.
site: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs build/site
	cp -R schemas build/site/schemas

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "mlblint needs Python 3.10 or later; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-fuzz: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	@touch $@ $(VENV)/.installed

$(VENV)-lowest/.installed: pyproject.toml ci/lowest.py $(VENV)/.installed
	$(PYTHON) -m venv --clear $(VENV)-lowest
	$(BIN)/python ci/lowest.py > $(VENV)-lowest/constraints.txt
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint $(VENV)-lowest/constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) $(VENV)-lowest build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
