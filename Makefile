# The doors of the project. `make demo` and `make test` need Python >= 3.11 with venv, make and git.
PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin
PYTEST = $(BIN)/python -m pytest
# Machine code of the scheduler's kernels: a minute after a change of them, else a second.
WARM = echo "Compiling the scheduler." && $(BIN)/python -m scheduling.warm
UNIT = --backend sqlite -n 2 -q $(addprefix tests/,core pricing architecture capacity catalogue \
       bookings jobs kpis telemetry scheduling)
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help demo test test-long check lint bench-http bench-scheduling screens install clean

demo: .venv/.run        ## database, seed, a plan over the real order book, then the service
	@$(WARM)
	@$(BIN)/python -m tools.demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

help:                   ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' Makefile

test: .venv/.dev        ## every test, on SQLite, PostgreSQL and in Chromium
	@sh tools/system_packages.sh
	@$(WARM)
	$(PYTEST) -n 2 --maxschedchunk 1

test-long: .venv/.dev   ## the same with long races and long random histories
	@sh tools/system_packages.sh
	@$(WARM)
	MARKET_TEST_SIZE=long $(PYTEST) -n 2 --maxschedchunk 1

check: lint             ## lint, types, import contracts, sizes, catalogues, unit tests on SQLite
	@$(WARM)
	$(PYTEST) $(UNIT)

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/interrogate -q marketplace scheduling tests tools

bench-http: .venv/.dev  ## ours beside a minimal service under the same load; BENCH=A,B,C,D,E
	@sh tools/system_packages.sh
	$(BIN)/python -m benchmarks.http $(if $(BENCH),--parts $(BENCH))

bench-scheduling: .venv/.dev  ## plans beside PyJobShop and the best known; BENCH_DIR, ONLY, FULL=1
	$(BIN)/python -m benchmarks.scheduling

screens: .venv/.dev     ## pictures of every page of the running demo, at BASE, into out/screens
	$(BIN)/python -m tools.screens $(or $(BASE),http://127.0.0.1:8000)

install: .venv/.dev

.venv/.run: setup.cfg pyproject.toml constraints.txt tools/install.sh
	@PYTHON="$(PYTHON)" sh tools/install.sh .
	@touch $@

.venv/.dev: setup.cfg pyproject.toml constraints.txt tools/install.sh
	@PYTHON="$(PYTHON)" sh tools/install.sh ".[dev]"
	@touch .venv/.run $@

clean:                  ## the environment, caches, the demo's database
	rm -rf .venv build *.egg-info instance out .pytest_cache .mypy_cache .ruff_cache \
	       .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
