# make app    open the page            make train   train the model anew
# make test   run every test           make check   the same, after ruff
# Each makes itself a virtual environment in .venv first. PYTHON=... chooses the Python, 3.10 to 3.13.

IN_RANGE := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c '$(IN_RANGE)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: app train test lint check screenshot

app: .venv/app
	$(BIN)/streamlit run streamlit_app.py

train: .venv/app
	$(BIN)/python -m train

test: .venv/dev
	$(BIN)/python -m pytest

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check: lint test

screenshot: .venv/dev
	$(BIN)/python -m docs.screenshot

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 was found; install one, or give it as PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/app: $(BIN)/python requirements.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/dev: .venv/app requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@
