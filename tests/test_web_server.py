"""The server: health, the API through Gradio's own client, root path, password, command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from web_server import STORM, quick_desk, serving

import summarizer.pipeline
from models import load_encoder
from summarizer import cli

pytest.importorskip("gradio", reason="the page's extra is not installed")
import httpx
from gradio_client import Client
from gradio_client.exceptions import AppError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(quick_desk(max_articles=5)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False)


def test_health_is_told(address: str) -> None:
    answer = httpx.get(f"{address}/health")
    assert answer.json() == {"status": "ok", "ready": True}


def test_the_api_is_typed_and_documented(client: Client) -> None:
    actions = client.view_api(return_format="dict")["named_endpoints"]  # type: ignore[index]
    assert set(actions) == {"/summarize", "/writers", "/evaluate"}
    given = actions["/summarize"]["parameters"]
    assert [(p["parameter_name"], p["python_type"]["type"]) for p in given] == [
        ("articles", "list[str]"), ("words", "int"), ("writer", "str"),
    ]  # fmt: skip
    assert all(action["description"] for action in actions.values())


def test_the_api_answers_as_the_command_line_does(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, text in enumerate(STORM, start=1):
        (tmp_path / str(number)).write_text(text)
    lexical = load_encoder("lexical")
    monkeypatch.setattr(summarizer.pipeline, "load_encoder", lambda name: lexical)
    output = tmp_path / "briefing.out"
    paths = [str(tmp_path / str(number)) for number in (1, 2, 3)]
    paths += ["--writer", "extractive"]  # as the page's fake does
    with pytest.raises(SystemExit):
        cli.main(["brief", *paths, "--words", "60", "--format", "json", "--output", str(output)])
    expected = json.loads(output.read_text())
    answer = client.predict(articles=STORM, words=60, api_name="/summarize")
    assert answer.pop("timings").keys() == expected.pop("timings").keys()
    assert answer == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"articles": []}, "There is no article"),
        ({"articles": ["..."]}, "Text 1 holds no words"),
        ({"articles": "one text"}, "list of texts"),
        ({"articles": [1, 2]}, "list of texts"),
        ({"articles": STORM, "words": 3}, "between 10 and 5000"),
        ({"articles": STORM, "words": "many"}, "whole number"),
        ({"articles": STORM, "writer": "hf:a/b"}, "Known: auto, extractive"),
        ({"articles": STORM * 2}, "at most 5 are taken"),
    ],
)
def test_wrong_calls_are_told_what_is_wrong(
    client: Client, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(**given, api_name="/summarize")


def test_writers_and_scores(client: Client) -> None:
    writers = [writer["name"] for writer in client.predict(api_name="/writers")]
    assert writers[:2] == ["auto", "extractive"]
    scores = client.predict(
        articles=STORM, briefing=STORM[0], references=[STORM[0]], words=60, api_name="/evaluate"
    )
    assert scores["systems"]["briefing"]["rouge1"]["f1"] == 1
    assert 0 < scores["systems"]["lead"]["rouge2"]["f1"] < 1
    assert scores["signature"].startswith("rouge|")


def test_no_answer_is_lost_or_somebody_elses(address: str) -> None:
    def ask(visitor: int) -> list[str]:
        client = Client(address, verbose=False)
        answers = []
        for turn in range(3):
            town = f"Town{visitor}x{turn}"
            texts = [text.replace("Arden", town) for text in STORM]
            answers.append(str(client.predict(articles=texts, words=60, api_name="/summarize")))
        return answers

    with ThreadPoolExecutor(4) as pool:
        for visitor, answers in enumerate(pool.map(ask, range(4))):
            for turn, answer in enumerate(answers):
                towns = {f"Town{v}x{t}" for v in range(4) for t in range(3)}
                assert {town for town in towns if town in answer} == {f"Town{visitor}x{turn}"}


def test_a_password_is_asked_for_but_not_by_probes() -> None:
    with serving(quick_desk(auth="ida:brandt")) as address:
        assert httpx.get(f"{address}/health").status_code == 200
        for path in ("/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x"):
            assert httpx.get(f"{address}{path}").status_code == 401
        run = httpx.post(f"{address}/gradio_api/run/writers", json={"data": []})
        assert run.status_code == 401
        client = Client(address, auth=("ida", "brandt"), verbose=False)
        assert client.predict(api_name="/writers")


def test_a_proxy_may_show_it_under_a_path() -> None:
    with serving(quick_desk(root_path="/desk")) as address:
        # The proxy takes its path off, and tells where the page was asked for.
        headers = {"x-forwarded-host": "example.org", "x-forwarded-proto": "https"}
        config = httpx.get(f"{address}/config", headers=headers).json()
        assert config["root"].endswith("/desk")
        assert httpx.get(f"{address}/health").json()["status"] == "ok"
        assert "/desk" in httpx.get(address, headers=headers).text
        assert httpx.get(f"{address}/gradio_api/file=/etc/passwd").status_code == 404


@pytest.mark.skipif(find_spec("mcp") is None, reason="the extra for agents (mcp) is not installed")
def test_agents_find_the_same_actions() -> None:
    with serving(quick_desk(mcp=True)) as address:
        schema = httpx.get(f"{address}/gradio_api/mcp/schema").json()
        assert {tool["name"].split("_")[-1] for tool in schema} == {
            "summarize", "writers", "evaluate",
        }  # fmt: skip


def test_without_the_harness_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from summarizer.web import evaluation

    monkeypatch.setattr(evaluation, "find_spec", lambda name: None)
    with serving(quick_desk()) as address:
        assert "Evaluation needs the project" in httpx.get(f"{address}/config").text
        assert "evaluate" not in httpx.get(f"{address}/gradio_api/info").text


def test_help_does_not_import_gradio() -> None:
    code = (
        "import sys\nfrom summarizer import cli\n"
        "try: cli.main(['serve', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'gradio', 'fastapi', 'torch'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)


def test_python_app_py_serves_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SUMMARIZER_PORT": str(port), "TMPDIR": str(tmp_path)}
    environment.pop("GRADIO_TEMP_DIR", None)
    server = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr
    try:
        assert any("Uvicorn running on" in line for line in server.stderr)
        assert httpx.get(f"http://127.0.0.1:{port}/health").json()["status"] == "ok"
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        assert list(tmp_path.glob("summarizer-web-*"))
        heartbeat = f"http://127.0.0.1:{port}/gradio_api/heartbeat/visitor"
        with httpx.stream("GET", heartbeat) as open_page:  # no reason to stay
            next(open_page.iter_raw())
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=30)
    finally:
        server.kill()
        server.communicate()
    assert not list(tmp_path.glob("summarizer-web-*"))


def test_bad_flags_exit_with_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "summarizer", "serve", "--port", "99999"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("Error: port must be between 0 and 65535")
