# Two commands do all: `make demo` shows the whole path, `make test` proves it.
#
#   make demo                     with crops of the photographs inside scikit-image
#   make demo PHOTOS=~/Pictures   with your own
#   make demo SERVE=0             stops before serving
#   make test                     formatting, lint, types, import contracts, all tests but long ones
#   make test COVERAGE=1          the same, and which lines and branches they ran
#   make frames                   what is measured in frames of the screen, alone: two minutes
#   make long                     chaos, load and the adversary: some minutes more
#   make pages                    every command of the documentation, and the release: ten minutes
#   make trainings                trainings killed, divided and on each backend: many minutes
#   make audit                    known weaknesses of the pinned libraries
#   make release                  wheel, sdist and the list of what they need, in dist
#   make bench                    ratios against named baselines, at the end in one table
#   make docs                     the documentation site, in instance/site

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PINS := .ci/requirements.txt

PHOTOS ?=
# not every shell expands PHOTOS=~/Pictures
override PHOTOS := $(patsubst ~/%,$(HOME)/%,$(PHOTOS))
SERVE ?= 1
COVERAGE ?=
PORT ?= 5000
DEMO := instance/demo
DEMO_SET := $(DEMO)/set/manifest.json
DEMO_PARTICIPANTS := 40
DEMO_MAX_PHOTOS := 120
WORKERS ?= 2
BENCH_TABLE := instance/bench.jsonl

.PHONY: help install demo test lint pytest frames postgresql long pages trainings bench docs audit sbom release clean

help:
	@sed -n '3,15s/^# *//p' Makefile

install: $(INSTALLED)

# The first of these that runs and is new enough; PYTHON=... overrides.
$(INSTALLED): pyproject.toml $(PINS)
	@python=""; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if [ -z "$$python" ] && $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then python=$$candidate; fi; \
	done; \
	if [ -z "$$python" ]; then echo "make: no Python 3.11, 3.12 or 3.13 found; install one or say PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Installing into $(VENV) with $$($$python --version); the first time takes a few minutes"; \
	$$python -m venv $(VENV)
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(PINS) --editable '.[colorizer,analysis,dev]'
	@touch $@

# --- the demo ------------------------------------------------------------------------------------

# A step that is done is not done again; a demo of other photographs is set aside.
DEMO_COMMAND := $(BIN)/study-app demo --out $(DEMO) $(if $(PHOTOS),--photos "$(PHOTOS)") --set-aside \
  --participants $(DEMO_PARTICIPANTS) --max-photos $(DEMO_MAX_PHOTOS)

demo: $(INSTALLED)
	@exec $(DEMO_COMMAND) $(if $(filter 0,$(SERVE)),--no-serve,--port $(PORT))

$(DEMO_SET): | $(INSTALLED)
	@$(DEMO_COMMAND) --no-serve

# --- proofs --------------------------------------------------------------------------------------

test: lint pytest

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# 5 says that PYTEST="..." chose none of these tests. Coverage costs a third more time: CI measures it.
pytest: $(INSTALLED)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not frames" \
	  $(if $(COVERAGE),--cov --cov-report=term:skip-covered) $(PYTEST) || [ $$? -eq 5 ]

# What is measured in frames needs a screen to itself: those tests run alone.
frames: $(INSTALLED)
	$(BIN)/python -m pytest -m frames $(PYTEST) || [ $$? -eq 5 ]

# What the web study stores is tested again on PostgreSQL, with those tests alone that store something.
postgresql: $(INSTALLED)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not frames" --database postgresql tests/study_app

# Slow tests that CI runs too: chaos, load and the adversary.
long: $(INSTALLED)
	$(BIN)/python -m pytest --slow -m slow -n $(WORKERS) --dist loadfile tests/benchmarks/test_chaos.py tests/benchmarks/test_load.py tests/benchmarks/test_adversary.py

# Every command and every line of Python of the pages and the notebook, and the release.
pages: $(INSTALLED)
	$(BIN)/python -m pytest --slow -m slow -n $(WORKERS) --dist worksteal tests/test_tutorial.py tests/pages tests/test_release.py tests/test_sbom.py

# Trainings that are killed, divided among processes, and on each backend; a cluster of two nodes;
# sets of 100,000 pairs. One after the other, for each takes all cores.
trainings: $(INSTALLED)
	$(BIN)/python -m pytest --slow -m slow tests/colorizer/test_killed_training.py tests/colorizer/test_distribution.py tests/colorizer/test_backends.py \
	  tests/colorizer/test_ray_engine.py tests/colorizer/test_ray_colouring.py tests/benchmarks/test_large_set.py

bench: $(INSTALLED) $(DEMO_SET)
	@rm -f $(BENCH_TABLE)
	@for file in benchmarks/*.py; do echo "== $$file"; BENCH_TABLE=$(BENCH_TABLE) $(BIN)/python $$file || exit 1; done
	@echo; PYTHONPATH=benchmarks $(BIN)/python -m support.ratios $(BENCH_TABLE)

# Strict: a link that leads nowhere, or a page that nobody lists, is an error.
docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The documentation is in instance/site/index.html"

# Says loudly when the service that knows of weaknesses cannot be reached; that is no failure.
audit: $(INSTALLED)
	$(BIN)/python .ci/audit.py

# Validated against CycloneDX's schema.
sbom: $(INSTALLED)
	$(BIN)/python .ci/sbom.py dist/sbom.json

release: sbom
	$(BIN)/python -c 'import setuptools.build_meta as b; b.build_wheel("dist"); b.build_sdist("dist")'
	@echo "In dist:"; ls dist

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
