# The README's commands under short names. PYTHON=python3.12 make test uses another interpreter.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test check bench demo clean

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -r requirements.txt -r requirements-dev.txt
	touch $@

run: .venv/ready
	$(BIN)/streamlit run app.py

demo: .venv/ready
	$(BIN)/python -m kb demo

test: .venv/ready
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python -m tests.bench all

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
