"""Imports point down, and what is heavy is imported where it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "transformers", "gradio", "datasets", "ray", "trafilatura", "pypdf", "docx",
         "nltk", "sentence_transformers")  # fmt: skip
GROUND = {"blas", "records", "errors", "protocols", "words", "porter"}
# Functions of texts alone, which a writer may ask what can be said.
LANGUAGE = {"tagging", "phrases", "deletion", "deletion_words", "omissions", "wholeness", "guard"}
ON_TOP = {"__init__", "__main__", "pipeline", "cli", "explain", "web", "batch", "workers"}


def modules() -> list[Path]:
    return sorted(p for room in ("summarizer", "models") for p in (ROOT / room).rglob("*.py"))


def imported(path: Path, *, deep: bool) -> set[str]:
    """Names of the modules that ``path`` imports; at the top level only, unless ``deep``."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = ast.walk(tree) if deep else iter(tree.body)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room, name = path.relative_to(ROOT).parts[0], path.stem
    for module in imported(path, deep=True):
        parts = module.split(".")
        assert parts[0] not in ("tests", "app"), module
        if "web" not in path.parts:
            assert parts[0] != "eval", module
        if room == "models" and parts[0] == "summarizer" and len(parts) > 1:
            assert parts[1] in GROUND | LANGUAGE, f"models imports the stage {module}"
        if room == "summarizer" and name == "records":
            assert parts[0] not in ("summarizer", "models"), module
        if room == "summarizer" and ON_TOP.isdisjoint((name, *path.relative_to(ROOT).parts)):
            assert parts[0] != "models", module
            stage = parts[:2]
            assert stage not in [["summarizer", top] for top in ON_TOP], module


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_needed(path: Path) -> None:
    heavy = HEAVY if "web" not in path.parts else tuple(set(HEAVY) - {"gradio"})
    if path.name == "modeling.py":  # a module of torch, itself imported where it is needed
        heavy = tuple(set(HEAVY) - {"torch", "transformers"})
    for module in imported(path, deep=False):
        assert module.split(".")[0] not in heavy, module


def test_reading_a_folder_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from summarizer.reading import read_documents\n"
        f"read_documents([{str(ROOT / 'examples' / 'references')!r}])\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("writer", ["embedded", "extractive"])
def test_a_briefing_needs_neither_torch_nor_transformers(writer: str) -> None:
    code = (
        "import sys\n"
        "from summarizer import Summarizer\n"
        f"summarizer = Summarizer(writer={writer!r})\n"
        "summarizer.summarize(['A fire destroyed the mill of Tilby on Monday, police said.'])\n"
        "print(*[name for name in ('torch', 'transformers', 'nltk.tokenize.api', 'sklearn')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "torch" not in done.stdout
    assert "transformers" not in done.stdout
    assert "sklearn" not in done.stdout
