# Everything a person runs. `make` alone lists the targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SYSTEM := chromium strace libatomic1 openssl poppler-utils
DEMO_HOME ?= demo-home
# provisional, until the whole suite has been measured once: then one below what it reached
COVERAGE_FLOOR ?= 80

.DEFAULT_GOAL := help
.PHONY: help install system demo test docs rooms coverage mutate soak bench lint wheel clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: apt-get install python3.11 python3.11-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --use-pep517 -c constraints.txt -e '.[test]'
	@touch $@

install: $(STAMP) ## make .venv with everything pinned

system: ## install the system packages that tests need (as root; otherwise says how)
	@missing=$$(for p in $(SYSTEM); do dpkg -s $$p 2>/dev/null | grep -q '^Status: .* installed' || echo $$p; done); \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
	echo "Some tests will be skipped. As root: apt-get install" $$missing

demo: install ## eight SYNTHETIC hospitals to one pooled study report
	$(BIN)/haic --home $(DEMO_HOME) demo

test: install system ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

coverage: install system ## all tests, with the lines and branches they reach; fails below the floor
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak" \
	  --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE_FLOOR)

mutate: install ## flip every threshold of the definitions' SQL and every limit: which flips a test notices
	$(BIN)/python -m tests.mutations && $(BIN)/python -m tests.mutations --limits

soak: install ## the long fault tests
	$(BIN)/python -m pytest -m soak

bench: install ## ratios against named baselines, measured in one run
	$(BIN)/python -m benchmarks

docs: install ## the page of clinical definitions and the data dictionary, into docs/
	$(BIN)/haic definitions page --to docs && $(BIN)/haic dictionary --to docs

rooms: install ## the rooms as the imports draw them: floors, arrows, circles; writes README's list and ARCHITECTURE.md's picture
	@$(BIN)/python -m tests.structure.rooms

lint: install ## style, floors and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache && $(BIN)/mypy

wheel: install ## build dist/*.whl
	$(BIN)/pip install --quiet build hatchling -c constraints.txt && $(BIN)/python -m build --wheel --no-isolation

clean: ## remove what make made
	rm -rf $(VENV) $(DEMO_HOME) dist build .coverage .coverage.*
