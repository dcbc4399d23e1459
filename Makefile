# `make` alone says what there is. Everything is installed into .venv; nothing else of the machine is touched.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# what a run is given beside its tags: make phase2 ARGS="-D target=staging"
ARGS ?=
# where a run leaves its results: make phase2 REPORTS=reports/blue
REPORTS ?= reports

# make phase2 RATCHET=1: what the list of known gaps excuses is no reason against (docs/known-gaps.md)
RATCHET ?=

# a checkout of the platform, for the benchmark of the audit
TREE ?=

.PHONY: help install phase2 unit integration e2e as-found compare test trials prove bench soak lock licences screenshots clean

help:
	@echo "make phase2   install, run the specification (behave --tags=@phase2), render reports/report.html, say the verdict"
	@echo "              make phase2 ARGS='-D target=staging' asks staging instead of the reference platform"
	@echo "make install  all that pip and npm have for these; afterwards nothing needs the network"
	@echo "make unit | integration | e2e   a stage of the plan's execution, into reports/unit, …: docs/execution.md"
	@echo "make as-found compare   the platform with every gap planted, and what the reference platform does better"
	@echo "make test     install, then test the specification itself: its own tests, ruff, mypy, the layers"
	@echo "make trials   what takes minutes of docs/trust.md: the specification under bad conditions, again and again"
	@echo "make prove    plant every fault and see that the specification notices, exactly as declared (10 to 20 min)"
	@echo "make bench    what the specification costs beside its peers, as ratios in docs/performance.md (10 minutes);"
	@echo "              TREE=../netra measures the audit of that checkout of the platform, too"
	@echo "make soak     200 quick rounds of the monitor: what it holds of memory, sockets and files must not grow"
	@echo "make lock     write requirements*.txt anew from requirements*.in, with hashes; ARGS=--upgrade takes newer releases"
	@echo "make licences list in docs/licences.md what is installed, and under which licence"
	@echo "make screenshots   take the pictures of the README anew"
	@echo "make clean    remove what was installed and what runs have left"

$(VENV)/run.installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test.installed: $(VENV)/run.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

install: $(VENV)/test.installed
	PYTHONPATH=.:tests $(BIN)/python -m tests.node_tools

# A run that could not begin leaves no results of its own, and the last run's must not pass for its.
phase2: $(VENV)/run.installed
	@begun=$$(mktemp) || exit 2; trap 'rm -f "$$begun"' EXIT; \
	$(BIN)/behave --tags=@phase2 -D "reports=$(REPORTS)" $(ARGS); status=$$?; \
	if [ $$status -eq 2 ] || [ ! "$(REPORTS)/results.json" -nt "$$begun" ]; then \
		echo "This run left no results in $(REPORTS)/, so there is no report and no verdict." >&2; exit 2; fi; \
	if [ $$status -eq 3 ]; then exit 3; fi; \
	$(BIN)/python -m acceptance report --reports "$(REPORTS)"; \
	$(BIN)/python -m acceptance verdict --reports "$(REPORTS)" $(if $(RATCHET),--ratchet)

# A stage asks a part of the specification, so it ends as behave does: a part is no verdict.
unit integration e2e: $(VENV)/run.installed
	$(BIN)/behave --tags="@phase2 and @$@" -D "reports=$(REPORTS)/$@" $(ARGS)

# Every promise of a gap breaks on it, by design, so that behave exits with 1.
as-found: $(VENV)/run.installed
	$(BIN)/behave --tags=@phase2 -D platform=as-found -D "reports=$(REPORTS)/as-found"; test $$? -eq 1

# Before beside after: make compare A=reports/blue B=reports/green
A ?= $(REPORTS)/as-found
B ?= $(REPORTS)
compare: $(VENV)/run.installed
	$(BIN)/python -m acceptance compare "$(A)" "$(B)"

test: $(VENV)/test.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=reference $(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long"
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || \
	echo "Left out: the browser checks of the report, since there is no Chromium here (Debian: apt-get install chromium)."

trials: $(VENV)/test.installed
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long $(ARGS)

prove: $(VENV)/run.installed
	$(BIN)/python -m acceptance prove --reports "$(REPORTS)" $(ARGS)

bench: $(VENV)/test.installed
	$(BIN)/python -m tests.bench $(if $(TREE),--tree "$(TREE)") $(ARGS)

screenshots: $(VENV)/test.installed as-found
	$(BIN)/python -m acceptance report --reports "$(REPORTS)/as-found"
	PYTHONPATH=.:tests $(BIN)/python -m tests.screenshots

soak: $(VENV)/test.installed
	PYTHONPATH=.:tests:tests/reference:tests/monitor $(BIN)/python tests/soak_monitor.py $(ARGS)

# One lock for every system and every Python from 3.11 on. The larger first: the smaller must not differ from it.
LOCK := $(BIN)/uv --quiet --system-certs pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
	--only-binary :all: --emit-build-options --default-index https://pypi.org/simple --custom-compile-command "make lock"
lock: $(VENV)/test.installed
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt $(ARGS)
	$(LOCK) requirements.in --constraints requirements-dev.txt --output-file requirements.txt
	@echo "Both are written. The licences of what has changed: make licences"

licences: $(VENV)/test.installed
	$(BIN)/python -m tests.licences

# Not while a run is under way: its lock would go, another could begin in its folder, and its own files would be gone.
clean:
	@$(PYTHON) -m acceptance.locks reports
	rm -rf $(VENV) .audit_cache acceptance/reporting/allure/node_modules
	find reports -mindepth 1 ! -name README.md -delete
