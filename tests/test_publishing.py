"""What an index, a site of sources and a citation read about the project agrees with the package."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import clothier

ROOT = Path(__file__).parents[1]


def test_the_citation_names_the_version_and_the_licence() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {clothier.__version__}\n" in citation
    assert "\nlicense: Apache-2.0\n" in citation


def test_the_workflows_run_the_commands_that_a_person_runs() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    run = [
        command
        for file in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
        for command in re.findall(r"run: make (\w+)", file.read_text(encoding="utf-8"))
    ]
    assert {"check", "test", "docs", "dist"} <= set(run) <= targets


def test_the_project_names_no_host_that_it_does_not_have() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "urls" not in project  # it has no home on the web
    for version in ("3.11", "3.12", "3.13"):  # those that scripts/setup.sh takes
        assert f"Programming Language :: Python :: {version}" in project["classifiers"]
