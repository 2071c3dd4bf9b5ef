# Two commands do all: `make demo` shows the whole path, `make test` proves it.
#
#   make demo                     with crops of the photographs inside scikit-image
#   make demo PHOTOS=~/Pictures   with your own
#   make demo SERVE=0             stops before serving
#   make test                     formatting, lint, types, import contracts, all tests
#   make long                     chaos, load and the adversary: some minutes more
#   make longer                   every page's commands, killed and divided trainings: many minutes
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
PORT ?= 5000
DEMO := instance/demo
DEMO_SET := $(DEMO)/set/manifest.json
DEMO_SEED := 2016
DEMO_PARTICIPANTS := 40
DEMO_MAX_PHOTOS := 120
ZHANG_PHOTOS := 50
WORKERS ?= 2
BENCH_TABLE := instance/bench.jsonl
STUDY := STUDY_INSTANCE_PATH=$(DEMO) $(BIN)/study-app

.PHONY: help install demo demo-photos test lint pytest postgresql long longer bench docs audit sbom release clean

help:
	@sed -n '3,12s/^# *//p' Makefile

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

demo: $(INSTALLED) demo-photos $(DEMO)/report.html
	@echo
	@echo "A colorization Turing test, ready:"
	@echo "  photos          $$(cat $(DEMO)/photos.txt)"
	@echo "  stimulus set    $(DEMO)/set ($$(sed -n 's/^photos //p' $(DEMO)/built.txt) photos; conditions full, mean, random)"
	@echo "  study           $(DEMO)/study.toml, stored in $(DEMO)/study.sqlite"
	@echo "  trial table     $(DEMO)/export/trials.csv, by $(DEMO_PARTICIPANTS) simulated participants per condition"
	@echo "  report          $(DEMO)/report.html  (simulated answers: it shows the path, not a finding)"
	@echo
	@echo "After taking part yourself, make your own report:"
	@echo "  STUDY_INSTANCE_PATH=$(DEMO) $(BIN)/study-app export --out mine && $(BIN)/analysis report mine --out mine.html"
	@echo
	@if [ "$(SERVE)" = 0 ]; then echo "Serve it with: make demo$(if $(PHOTOS), PHOTOS='$(PHOTOS)')"; \
	else echo "Take the study at http://127.0.0.1:$(PORT)  (Ctrl-C stops)"; exec env $(STUDY) serve --port $(PORT); fi

# A demo of other photographs is another demo: the old one is set aside, not overwritten.
demo-photos:
	@mkdir -p $(DEMO); \
	wanted="$(if $(PHOTOS),$(PHOTOS),crops of the photographs inside scikit-image)"; \
	if [ -e $(DEMO)/photos.txt ] && [ "$$(cat $(DEMO)/photos.txt)" != "$$wanted" ]; then \
	  n=1; while [ -e $(DEMO)-$$n ]; do n=$$((n + 1)); done; \
	  mv $(DEMO) $(DEMO)-$$n && mkdir -p $(DEMO); \
	  echo "The demo of other photographs is now in $(DEMO)-$$n"; \
	fi; \
	[ -e $(DEMO)/photos.txt ] || echo "$$wanted" > $(DEMO)/photos.txt

# Each step leaves a file; a step that is done is not done again.
$(DEMO_SET): | $(INSTALLED) demo-photos
	@echo "Colouring photographs"
	@if [ -z "$(PHOTOS)" ]; then $(BIN)/colorizer sample-photos --out $(DEMO)/photos --overwrite; fi
	@$(BIN)/colorizer build-set "$(if $(PHOTOS),$(PHOTOS),$(DEMO)/photos)" --out $(DEMO)/set --overwrite \
	  --condition full=weights:default --condition mean=weights:default,temperature=1.0 \
	  --condition random=random --max-photos $(DEMO_MAX_PHOTOS) --seed $(DEMO_SEED)

$(DEMO)/built.txt: $(DEMO_SET)
	@$(BIN)/python -c 'from pathlib import Path; from colorizer.manifest import load_manifest; \
	  print("photos", len(load_manifest(Path("$(DEMO)/set")).photo_ids))' > $@

# Fewer photographs than the 2016 protocol needs make a shorter demo.
$(DEMO)/study.toml: $(DEMO)/built.txt
	@n=$$(sed -n 's/^photos //p' $(DEMO)/built.txt); lengths=""; \
	if [ "$$n" -lt $(ZHANG_PHOTOS) ]; then \
	  practice=$$((n / 5)); main=$$((n - practice)); vigilance=$$(((main + 9) / 10)); \
	  lengths="--n-practice $$practice --n-main $$main --n-vigilance $$vigilance"; \
	  echo "$$n photographs: $$practice practice and $$main test pairs instead of 10 and 40"; fi; \
	$(BIN)/study-app init $@ --no-input --protocol zhang2016 --id demo --title "Real or machine-coloured?" \
	  --contact "the person who started this demo" --per-condition $(DEMO_PARTICIPANTS) $$lengths

$(DEMO)/created.txt: $(DEMO)/study.toml
	@$(STUDY) create $(DEMO)/study.toml --set $(DEMO)/set
	@$(STUDY) open
	@touch $@

$(DEMO)/simulated.txt: $(DEMO)/created.txt
	@echo "Simulated participants take the study"
	@$(STUDY) simulate --participants $(DEMO_PARTICIPANTS) --seed $(DEMO_SEED) --fool-rate full=0.32 --fool-rate mean=0.25
	@touch $@

$(DEMO)/report.html: $(DEMO)/simulated.txt
	@$(STUDY) export --out $(DEMO)/export --overwrite
	@$(BIN)/analysis report $(DEMO)/export --out $@ --overwrite

# --- proofs --------------------------------------------------------------------------------------

test: lint pytest

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What is measured in frames needs a screen to itself: those tests run alone, after the others.
# 5 says that PYTEST="..." chose none of these tests.
pytest: $(INSTALLED)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not frames" \
	  --cov --cov-report= $(PYTEST) || [ $$? -eq 5 ]
	$(BIN)/python -m pytest -m frames \
	  --cov --cov-append --cov-report=term:skip-covered $(PYTEST) || [ $$? -eq 5 ]

# What the web study stores is tested again on PostgreSQL, with those tests alone that store something.
postgresql: $(INSTALLED)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not frames" --database postgresql tests/study_app

# Slow tests that CI runs too: chaos, load and the adversary.
long: $(INSTALLED)
	$(BIN)/python -m pytest --slow -m slow -n $(WORKERS) --dist loadfile tests/benchmarks/test_chaos.py tests/benchmarks/test_load.py tests/benchmarks/test_adversary.py

# Slower ones, not in CI yet: the commands of all pages, killed and divided trainings, the wheel's demo.
longer: $(INSTALLED)
	$(BIN)/python -m pytest --slow -m slow -n $(WORKERS) --dist loadfile tests/test_release.py tests/test_tutorial.py tests/pages tests/benchmarks \
	  tests/colorizer/test_killed_training.py tests/colorizer/test_distribution.py tests/colorizer/test_backends.py

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
