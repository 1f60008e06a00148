# The commands of this checkout. Each builds .venv from the hash-pinned lock first when it must.

PYTHON ?= python3
ARGS ?=
BENCH ?= $(patsubst benchmarks/%.py,%,$(shell grep -l __main__ benchmarks/*.py))

# Three processes, as many tests wait for sockets; who has done its share takes over others'.
SHARED := --numprocesses 3 --dist worksteal

VENV := .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
RIVALS := $(VENV)/.rivals

# Production's settings, made up: `check --deploy` asks about these and about nothing on this disk.
DEPLOYED := env DEBUG=off ALLOWED_HOSTS=registry.example.org \
	PUBLIC_ORIGIN=https://registry.example.org EMAIL_URL=smtp://mail.example.org:25 \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')

# $(call install,file,options for both,options for pip)
define install
if command -v uv >/dev/null; then \
	uv pip install --quiet --python $(PY) --require-hashes $(2) -r $(1); \
else \
	{ $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; } && \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes $(2) $(3) -r $(1); \
fi
endef

# A source distribution runs its own code, and unpinned tools, while it installs.
WHEELS := --only-binary :all:
# The exception is built by the tools that are pinned and installed already.
SOURCE := --no-deps --no-build-isolation

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --upgrade

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset manage test check faults bench conformance pictures messages lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14
	@echo 'Options go in ARGS, as in: make test ARGS="tests/core -k epoch"'

demo: $(RUNTIME) ## serve a made-up package registry whose domains lapse (Ctrl-C ends it)
	@$(PY) manage.py demo $(ARGS)

demo-reset: $(RUNTIME) ## forget the demo's rows and start it afresh
	@$(PY) manage.py demo --reset $(ARGS)

manage: $(RUNTIME) ## run a management command: make manage ARGS="domainguard_check example.org"
	@$(PY) manage.py $(ARGS)

test: $(DEV) ## run all tests on SQLite, then those that touch a database on PostgreSQL
	$(PY) -m pytest $(SHARED) $(ARGS)
	$(PY) -m pytest $(SHARED) --database postgres $(ARGS)

check: $(DEV) ## lint, types, layers, Django's own checks, migrations
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) manage.py check --fail-level WARNING
	$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

faults: $(DEV) ## run property tests, races and floods at length, 10,000 examples each
	$(PY) -m pytest $(SHARED) -m hypothesis --hypothesis-profile long $(ARGS)
	DOMAINGUARD_FAULTS=long DOMAINGUARD_FAULTS_REPORT=$(CURDIR)/faults-report.txt $(PY) -m pytest $(SHARED) -m faults --database postgres $(ARGS)

bench: $(RIVALS) ## run the programs of benchmarks/, or one: make bench BENCH=fuzz_names
	@for name in $(BENCH); do $(PY) -m benchmarks.$$name $(ARGS) || exit 1; done

conformance: $(DEV) ## run Django's and allauth's own reset tests with our doors (fetches their sources)
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	$(PY) -m benchmarks.conformance

pictures: $(DEV) ## take the pictures of README and docs from the demo (needs chromium)
	@$(PY) docs/pictures/make.py

messages: $(DEV) ## gather all texts, compile the translations, say what still lacks one
	@DJANGO_SETTINGS_MODULE=registry_site.settings $(PY) -m tests.messages

lock: ## pin again what pyproject.toml asks for (needs uv)
	$(LOCK) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --extra site --extra testing --constraints requirements/dev.txt \
		--output-file requirements/demo.txt
	$(LOCK) pyproject.toml --extra site --extra postgres --extra metrics \
		--constraints requirements/dev.txt --output-file requirements/production.txt
	$(LOCK) --group bench --constraints requirements/dev.txt --output-file requirements/bench.txt
	$(LOCK) --group source --no-deps --output-file requirements/source.txt

clean: ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(PY):
	@command -v $(PYTHON) >/dev/null || \
		{ echo 'DomainGuard needs Python 3.11 or newer; there is no $(PYTHON) here.' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "DomainGuard needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)." >&2; exit 1; }
	@if command -v uv >/dev/null; then \
		uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV); \
	elif $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv $(VENV); \
	else \
		echo 'The venv module of Python is missing. This installs it: apt-get install python3-venv' >&2; \
		exit 1; \
	fi

$(RUNTIME): requirements/demo.txt | $(PY)
	@echo 'Building $(VENV) from $< ...' >&2
	@$(call install,$<,$(WHEELS))
	@touch $@

$(DEV): requirements/dev.txt requirements/source.txt | $(PY)
	@echo 'Building $(VENV) from $^ ...' >&2
	@$(call install,$<,$(WHEELS))
	@$(call install,requirements/source.txt,$(SOURCE),--use-pep517)
	@touch $@

$(RIVALS): requirements/bench.txt | $(DEV)
	@$(call install,$<,$(WHEELS))
	@touch $@
