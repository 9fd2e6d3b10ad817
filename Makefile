# On a fresh machine with python3 (3.11 or newer), its pip, and make: `make demo` or `make test`.
# The environment is made in .venv on first use and again whenever pyproject.toml changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
REPLICATIONS ?= 5
OUT ?= out/demo
# What journeys mean is known here and nowhere else: every line and every branch is tested.
WHOLLY_COVERED := journeyctl/expr/*,journeyctl/graph/*,journeyctl/semantics/*

.PHONY: demo test check fast covered slow nightly generate bench wheel clean
.DELETE_ON_ERROR:

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("journeyctl needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	rm -rf $(VENV)
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet --editable '.[dev]'
	@# The population engine is compiled at its first use; once, here, instead of in each worker of the tests.
	$(BIN)/journeyctl simulate plan --workspace journeyctl/workspaces/small --replications 1 --compare none --quiet >/dev/null
	@touch $(READY)

# Each step prints a heading, the command, and what the command says.
define step
	@printf '\n== %s\n$$ %s\n' '$(1)' '$(2)'
	@$(BIN)/$(2)
endef

demo: $(READY)
	$(call step,Is the specification sound?,journeyctl validate)
	$(call step,Does John Doe still take his path?,journeyctl test)
	$(call step,What will the launch bring?,journeyctl simulate us-pilot --replications $(REPLICATIONS) --compare two-sdrs)
	$(call step,What does the engine run?,journeyctl compile head-of-radiology-us --target bpmn --out $(OUT))

test: check covered slow

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports --no-logo

# For every change; counting what is covered takes as long again, so it has a target of its own.
fast: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not slow'

covered: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not slow' --cov --cov-report=term
	$(BIN)/python -m coverage report --include='$(WHOLLY_COVERED)' --fail-under=100

slow: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m slow

# More and fresh examples for every property, and no time-boxed shortcuts.
nightly: $(READY)
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n $(WORKERS)

# Generated files change in no other way; a test compares them with what this would write.
generate: $(READY)
	$(BIN)/python -m journeyctl.spec.generate
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/truth.py

# Ciw is measured beside us; its wheel brings a package named `tests`, so it stays outside of the environment.
bench: $(READY)
	$(PYTHON) -m pip --disable-pip-version-check install --quiet --upgrade --no-deps --target out/peers 'ciw>=3.2,<4'
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.bars

wheel: $(READY)
	$(BIN)/python -m build --no-isolation

clean:
	rm -rf $(VENV) build dist out .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
