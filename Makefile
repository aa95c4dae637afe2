# `make demo` and `make test` set up all they need in .venv, from a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE ?= alayam24

.PHONY: help setup demo crawl mongo test trials bench

help:
	@echo "make demo                crawl two sites from a recording and show what was stored"
	@echo "make test                lint, types and all tests"
	@echo "make crawl SITE=alayam24 crawl a live site"
	@echo "make mongo               keep the MongoDB of this folder up, to look at the data"
	@echo "make trials              the long trials, in full"
	@echo "make bench               the benchmarks"

$(VENV)/crawl: requirements.txt pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test: $(VENV)/crawl requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

setup: $(VENV)/crawl

demo: $(VENV)/crawl
	$(BIN)/scrapy demo

crawl: $(VENV)/crawl
	$(BIN)/scrapy crawl $(SITE) $(ARGS)

mongo: $(VENV)/crawl
	$(BIN)/scrapy mongo

test: $(VENV)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q $(ARGS)

trials: $(VENV)/test
	NEWSCRAWL_TRIALS=1 $(BIN)/python -m pytest -q -m trials -s $(ARGS)

bench: $(VENV)/test
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done
