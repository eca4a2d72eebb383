# Two commands for a fresh machine:  make quickstart  and  make test.
# Everything lives in .venv here; scripts/setup.sh says what it does.

.PHONY: quickstart test check docs dist soak bench lock clean

BIN := .venv/bin

quickstart: .venv/.run-ready
	@scripts/quickstart.sh

# Two processes share the files of tests, which tests/conftest.py puts in order; `.venv/bin/pytest FILE` runs one of
# them alone.
test: .venv/.dev-ready
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What must hold before each commit: format, lint, types, layering, and one version everywhere.
check: .venv/.dev-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_version.py

# The site of the documentation, in site/; a broken link is an error. It opens from the disk, without a network.
docs: .venv/.docs-ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --clean
	@echo "open site/index.html"

# The sdist and the wheel, in dist/, checked as an index would check them; needs uv.
dist:
	rm -rf dist
	uv build --quiet --out-dir dist
	uvx --quiet twine check --strict dist/*

# Kill training at random moments, resume it, compare every bit: about a quarter of an hour. Then end every other command
# that writes, and fill the disk under it: about as long.
soak: .venv/.dev-ready
	$(BIN)/python scripts/soak.py --kills 50
	$(BIN)/python scripts/soak_commands.py --kills 10
	PYTHONPATH=tests $(BIN)/python scripts/soak_runs.py --each 100

# Every race in quick form and one table of ratios; under a quarter of an hour on two idle cores.
# `make bench PHOTOS=folder` takes the photos of that folder instead of drawn ones.
bench: .venv/.dev-ready
	@$(BIN)/python -m benchmarks.all $(if $(PHOTOS),--photos "$(PHOTOS)")

.venv/.run-ready: scripts/setup.sh requirements/run.lock pyproject.toml
	@scripts/setup.sh run

.venv/.dev-ready: scripts/setup.sh requirements/dev.lock pyproject.toml
	@scripts/setup.sh dev

.venv/.docs-ready: scripts/setup.sh requirements/docs.lock pyproject.toml
	@scripts/setup.sh docs

# Resolve the dependencies anew; needs uv. The lock files hold hashes and name no index host.
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra explore --extra heic --extra imagenet --extra serve --extra sweep --group build --output-file requirements/run.lock --upgrade pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra dev --group build --constraint requirements/run.lock --output-file requirements/dev.lock --upgrade pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
		--extra docs --group build --constraint requirements/dev.lock --output-file requirements/docs.lock --upgrade pyproject.toml

clean:
	rm -rf .venv dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
