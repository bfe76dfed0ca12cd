# make app    open the page            make train   train the model anew
# make test   run every test           make check   the same, after a look for faults and unsafe code
# make lite   the page without TensorFlow   make fuzz   10,000 examples for each test that takes any input
# Each makes itself a virtual environment first, in .venv (`make lite` in .venv-lite). PYTHON=... chooses the Python, 3.10 to 3.13.

IN_RANGE := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c '$(IN_RANGE)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: app lite train test lint safe check fuzz audit screenshot

app: .venv/app
	$(BIN)/streamlit run streamlit_app.py

lite: .venv-lite/app
	DIGITS_MODEL=models/digits.onnx .venv-lite/bin/streamlit run streamlit_app.py

train: .venv/app
	$(BIN)/python -m train

test: .venv/dev
	$(BIN)/python -m pytest

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# What can be checked without the internet, beside `lint`, which has Bandit's rules, and tests/test_requirements.py.
safe: .venv/dev
	$(BIN)/python -m pip check

check: lint safe test

fuzz: .venv/dev
	$(BIN)/python -m pytest tests/fuzz --hypothesis-profile=fuzz

# Asks PyPI for known vulnerabilities of everything that is installed.
audit: .venv/dev
	$(BIN)/python -m pip install --quiet pip-audit==2.10.1
	$(BIN)/pip-audit --local --strict

screenshot: .venv/dev
	$(BIN)/python -m docs.screenshot

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/app: $(BIN)/python requirements.txt requirements-page.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv-lite/app: requirements-lite.txt requirements-page.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv-lite
	.venv-lite/bin/python -m pip install --quiet -r requirements-lite.txt
	touch $@

.venv/dev: .venv/app requirements-dev.txt requirements-lite.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
