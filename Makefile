# make app         open the page                  make train   train the model anew
# make lite        the page without TensorFlow    make test    run every test (test-fast: none in a browser, none that trains)
# make check       look for faults, wrong types and unsafe code, then run every test
# make fuzz        10,000 examples for each test that takes any input
# make test-ray    read on a Ray cluster of two nodes, one of which is lost
# make constraints choose anew the releases of what the requirements pull in
# Each makes itself a virtual environment first, in .venv (`make lite` in .venv-lite, `make test-ray` in .venv-ray).
# PYTHON=... chooses the Python, 3.11 to 3.13, for an environment that is not there yet, VENV=... another folder for it.

IN_RANGE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(IN_RANGE)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# As many processes as there are cores, but each takes a gigabyte. tests/conftest.py says which tests stay together; the
# longest group, those in a browser, must not be left for the end.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

.PHONY: app lite train test test-fast test-ray lint types safe check format fuzz audit screenshot constraints

app: $(VENV)/app
	$(BIN)/streamlit run streamlit_app.py

lite: .venv-lite/app
	DIGITS_MODEL=models/digits.onnx .venv-lite/bin/streamlit run streamlit_app.py

train: $(VENV)/app
	$(BIN)/python -m train

test: $(VENV)/dev
	$(PYTEST)

test-fast: $(VENV)/dev
	$(PYTEST) --ignore tests/browser --ignore tests/train/training

test-ray: .venv-ray/dev
	REQUIRE_RAY=1 .venv-ray/bin/python -m pytest tests/ray

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev
	$(BIN)/mypy

# Whether what is installed fits together. Unsafe code is looked for by `lint`, which has Bandit's rules.
safe: $(VENV)/dev
	$(BIN)/python -m pip check

check: lint types safe test

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: $(VENV)/dev
	$(BIN)/python -m pytest tests/fuzz --hypothesis-profile=fuzz

# Asks PyPI for known vulnerabilities of everything that is installed.
audit: $(VENV)/dev
	$(BIN)/python -m pip install --quiet pip-audit==2.10.1
	$(BIN)/pip-audit --local --strict

screenshot: $(VENV)/dev
	$(BIN)/python -m docs.screenshot

# One file for every supported Python and platform: the newest releases that go with what requirements*.txt pin.
constraints: $(VENV)/dev
	$(BIN)/python -m pip install --quiet uv==0.13.9
	grep -hv '^-' requirements*.txt | $(BIN)/uv pip compile - --universal --python-version 3.11 --upgrade \
		--no-emit-index-url --custom-compile-command "make constraints" --quiet --output-file constraints.txt

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/app: $(BIN)/python requirements.txt requirements-page.txt constraints.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv-lite/app: requirements-lite.txt requirements-page.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv-lite
	.venv-lite/bin/python -m pip install --quiet -r requirements-lite.txt
	touch $@

.venv-ray/dev: requirements-ray.txt requirements-lite.txt requirements-page.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/python -m pip install --quiet -r requirements-ray.txt pytest pytest-xdist
	touch $@

$(VENV)/dev: $(VENV)/app requirements-dev.txt requirements-lite.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
