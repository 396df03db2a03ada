# One word for each thing that is done with this project. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.stamp-installed
READERS := $(VENV)/.stamp-readers
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard kiosk/locale/*/LC_MESSAGES/*.po))
FUZZER := build/fuzzer
UV := build/tools/bin/uv
PEERS := build/peers
UV_VERSION := 0.13.8
ARGS ?=

# Tests and pictures want real pixels and no display, no sound card, and nothing of the person's own Kivy settings.
HEADLESS := env -u DISPLAY -u WAYLAND_DISPLAY SDL_VIDEODRIVER=offscreen SDL_AUDIODRIVER=dummy \
	KIVY_NO_ARGS=1 KIVY_NO_CONFIG=1 KIVY_NO_FILELOG=1

# $(call step,NAME,COMMAND): run one check; when it fails, say which one it was.
step = @printf '== %s\n' '$(1)'; $(2) || { printf 'make: the step "%s" failed\n' '$(1)' >&2; exit 1; }

.PHONY: help setup system demo test deb debtest bench fuzz lint types contracts format lock lowest gallery docs clean

help: ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: system $(INSTALLED) $(CATALOGUES) ## install all that is needed (the other words do it by themselves)

system:
	@packaging/install-debian.sh

$(INSTALLED): requirements.lock pyproject.toml packaging/compile_languages.py packaging/make-venv.sh
	@packaging/make-venv.sh $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# What is compiled for the optional readers, and the system's PC/SC service with a virtual slot: the tests want all of it.
$(READERS): requirements-readers.lock packaging/install-debian.sh $(INSTALLED)
	@packaging/install-debian.sh --readers
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-readers.lock
	@touch $@

%.mo: %.po | $(INSTALLED)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

demo: setup ## press the button: in a window where there is a display, else the scripted visit with pictures
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then $(BIN)/taxi-kiosk demo $(ARGS); \
	else $(BIN)/taxi-kiosk demo --script one-press --headless $(ARGS); fi

test: setup $(READERS) lint types contracts ## lint, types, contracts and all tests, without a display
	$(call step,pytest,$(HEADLESS) $(BIN)/pytest -n 2 $(ARGS))

deb: setup $(READERS) ## build the Debian package into dist
	@$(BIN)/python packaging/deb $(ARGS)

debtest: setup $(READERS) ## build, install, start, break, update and purge the package in fresh Debian systems (as root)
	@packaging/install-debian.sh --deb
	$(call step,pytest of the package,$(HEADLESS) $(BIN)/pytest -m slow tests/package $(ARGS))

lint: setup ## ruff: rules and form
	$(call step,ruff check,$(BIN)/ruff check --quiet)
	$(call step,ruff format --check,$(BIN)/ruff format --check --quiet)

types: setup ## mypy, strict
	$(call step,mypy,$(BIN)/mypy)

contracts: setup ## import-linter: who may import whom
	$(call step,lint-imports,$(BIN)/lint-imports)

format: setup ## put the code into form and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: setup $(PEERS)/.stamp ## measure speed and memory, each beside a bare baseline of the same run
	@packaging/install-debian.sh --bench
	@$(BIN)/python packaging/bench $(ARGS)

$(PEERS)/.stamp: pyproject.toml $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --target $(PEERS) --group bench
	@touch $@

fuzz: $(FUZZER)/.stamp ## look for bytes that break a parser (ARGS="--seconds 600 --only em125k")
	@PYTHONPATH=. $(FUZZER)/bin/python packaging/fuzz $(ARGS)

# The fuzzer has an environment of its own: the parsers need the standard library alone, and nothing else needs it.
$(FUZZER)/.stamp: requirements-fuzz.lock packaging/make-venv.sh
	@packaging/make-venv.sh $(FUZZER)
	$(FUZZER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	@touch $@

gallery: setup ## draw every scene in every language, theme and size into build/gallery
	@$(HEADLESS) $(BIN)/taxi-kiosk gallery --out build/gallery $(ARGS)

docs: setup ## write what the README takes from the code anew (with ARGS=--pictures its pictures too)
	@$(HEADLESS) $(BIN)/python packaging/docs.py $(ARGS)

lock: $(UV) ## solve the dependencies anew into requirements.lock and those of the readers and the fuzzer
	$(UV) pip compile --quiet --upgrade --python-platform x86_64-unknown-linux-gnu --python-version 3.11 \
		--extra sandbox --group dev --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--output-file requirements.lock pyproject.toml
	$(UV) pip compile --quiet --upgrade --python-platform x86_64-unknown-linux-gnu --python-version 3.11 \
		--group readers --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--output-file requirements-readers.lock
	$(UV) pip compile --quiet --upgrade --python-platform x86_64-unknown-linux-gnu --python-version 3.11 \
		--group fuzz --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--output-file requirements-fuzz.lock

lowest: setup $(READERS) $(UV) ## run the tests with the oldest dependencies that pyproject.toml allows
	@packaging/make-venv.sh build/lowest
	$(UV) pip install --quiet --python build/lowest/bin/python --resolution lowest-direct --group dev --editable '.[sandbox,pcsc,hid]'
	$(call step,pytest with the lowest dependencies,$(HEADLESS) build/lowest/bin/python -m pytest -n 2 $(ARGS))

$(UV): packaging/make-venv.sh
	@packaging/make-venv.sh build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

clean: ## take away everything that was made, except .venv
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(CATALOGUES)
	find kiosk dispatch_client hardware tests -name __pycache__ -prune -exec rm -rf {} +
