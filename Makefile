# `./lading run specs/hello.yaml` runs a first job and `make test` passes the tests. Both set up what they need in .venv;
# a second call finds it there. Paths are relative, so that the checkout may stand in a folder with a space in its name.

PYTHON ?= python3
UV := 0.13.8
BIN := .venv/bin
SYNC = env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --quiet --locked --inexact

.PHONY: help test check golden generate docs bench platforms package clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

test: .venv/development ## the tests; those of Slurm are skipped where there is none
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: .venv/development ## style, types, generated files and specs: what pre-commit runs before a commit
	@$(BIN)/pre-commit run --all-files --show-diff-on-failure

generate: .venv/development ## every file that repeats the models, the tables or the commands
	@$(BIN)/python -m lading.runner.generate

docs: .venv/development ## the documentation as a site, in build/site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

golden: .venv/development ## the goldens as the code makes them now; read their diff before you commit it
	@$(BIN)/python -m pytest -q --update-golden $(ARGS)

bench: .venv/development ## the time and memory of everything, as ratios to a bare interpreter
	@PYTHONPATH=tests $(BIN)/python -m bench

platforms: .venv/development ## every platform as a server on this machine, to try commands on
	@PYTHONPATH=tests $(BIN)/python -m servers .platforms $(ARGS)

package: .venv/development ## the wheel, in dist/
	@$(BIN)/uv build --quiet --wheel

clean: ## as after the clone
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/development: .venv/lading
	@echo "installing what tests and checks need" >&2
	@$(SYNC)
	@touch $@

.venv/lading: $(BIN)/uv pyproject.toml uv.lock
	@echo "installing lading into .venv" >&2
	@$(SYNC) --no-dev
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'lading needs Python 3.11 or newer: say which with `make PYTHON=...`' >&2; exit 1; }
	@echo "making .venv" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
