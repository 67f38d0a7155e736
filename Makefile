# make demo   a real sweep on the built-in model, and the table of all sweeps
# make test   the tests; make test TESTS=all runs the slow ones too
# make lint   format and lint checks, type checks, the order of the rooms
# make versions   the demo and the tests with the lowest and the newest versions that are allowed
# make clean  remove what the others made, but no results

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TESTS ?= fast
MARKS := $(if $(filter all,$(TESTS)),-m "slow or not slow")
# The tests on SLURM, which are slow ones, mostly wait.
WORKERS := $(if $(filter all,$(TESTS)),3,2)

.PHONY: demo test lint versions clean

demo: .venv/installed
	$(BIN)/python -m laser_sweep -m lnum=0..27 rate=1,5,9.9
	$(BIN)/python -m laser_sweep.leaderboard

# Many small objects are faster on huge pages: on some virtual machines, Python takes half the time.
test: export PYTHONMALLOC = malloc
test: export GLIBC_TUNABLES = glibc.malloc.hugetlb=1
test: .venv/installed
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(MARKS)

lint: .venv/installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

versions: .venv/installed
	$(BIN)/python tests/versions/run.py lowest --python $(PYTHON)
	$(BIN)/python tests/versions/run.py newest --python $(PYTHON)

clean:
	rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find laser_sweep tests -name __pycache__ -prune -exec rm -rf {} +

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
