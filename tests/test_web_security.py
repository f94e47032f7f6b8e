"""Attempts to read what is not the visitor's, or to make the server fetch: none may succeed."""

from __future__ import annotations

import http.server
import json
import os
import stat
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_server import STORM, quick_desk, serving

from summarizer.errors import InputError
from summarizer.web import intake
from summarizer.web.intake import read_uploads

pytest.importorskip("gradio", reason="the page's extra is not installed")

SECRET = "canary-4711-never-to-be-seen"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(quick_desk(max_upload_mb=1)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    path.write_text(f"{SECRET}. " * 30)
    return path


class Canary(http.server.BaseHTTPRequestHandler):
    """A service on this machine that must never be asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(SECRET.encode() * 10)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Canary,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], asked
    server.shutdown()


def raw_get(address: str, target: str) -> tuple[int, str]:
    """A GET whose target goes out exactly as written: no client tidies its dots away."""
    import http.client

    host = address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest("GET", target, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode("utf-8", "replace")
    connection.close()
    return response.status, body


def call(client: httpx.Client, fn_index: int, data: list[Any], session: str) -> str:
    """Everything the server says to one event of the page."""
    body = {"data": data, "fn_index": fn_index, "session_hash": session}
    joined = client.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return joined.text
    heard = []
    with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
        for line in stream.iter_lines():
            heard.append(line)
            if "close_stream" in line:
                break
    return "\n".join(heard)


def event(client: httpx.Client, name: str) -> int:
    dependencies = client.get("/config").json()["dependencies"]
    return next(d["id"] for d in dependencies if d["api_name"] == name)


PATHS = [
    "/gradio_api/file={secret}",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=//etc/passwd",
    "/gradio_api/file=/etc/../etc/passwd",
    "/gradio_api/file={cache}/../../etc/passwd",
    "/gradio_api/file={cache}/%2e%2e/%2e%2e/etc/passwd",
    "/gradio_api/file={cache}/..%2f..%2fetc%2fpasswd",
    "/gradio_api/file={cache}/%252e%252e/%252e%252e/etc/passwd",
    "/gradio_api/file={cache}/..%5c..%5cetc%5cpasswd",
    "/gradio_api/file=/proc/self/environ",
    "/gradio_api/file=/proc/self/cwd/pyproject.toml",
    "/gradio_api/file=app.py",
    "/gradio_api/file=pyproject.toml",
    "/gradio_api/file=../main/pyproject.toml",
    "/gradio_api/file=/etc/passwd%00.txt",
    "/gradio_api/file={link}",
    "/gradio_api/file/etc/passwd",
    "/gradio_api/file={url}",
    "/gradio_api/file=http%3A%2F%2F127.0.0.1:{port}/",
    "/gradio_api/proxy={url}",
    "/gradio_api/proxy=https://example.hf.space@127.0.0.1:{port}/",
    "/gradio_api/proxy=//127.0.0.1:{port}/",
    "/static/../../../../../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
    "/svelte/../../../../etc/passwd",
    "/assets//etc/passwd",
    "/static//etc/passwd",
    "/custom_component/x/client/component/../../../../etc/passwd",
    "/gradio_api/custom_component/1/client/component/..%2f..%2fetc%2fpasswd",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/gradio_api/deep_link?session_hash=x",
    "/gradio_api/vibe-code",
    "/gradio_api/mcp/sse",
    "/monitoring",
    "/monitoring/summary",
    "/gradio_api/../gradio_api/file={secret}",
]


@pytest.mark.parametrize("target", PATHS)
def test_no_path_leads_out(
    target: str, address: str, secret: Path, canary: tuple[int, list[str]]
) -> None:
    from gradio.utils import get_upload_folder

    cache = Path(get_upload_folder())
    cache.mkdir(parents=True, exist_ok=True)
    link = cache / "link.txt"
    if not link.is_symlink():
        link.symlink_to(secret)
    port, asked = canary
    url = f"http://127.0.0.1:{port}/private"
    status, body = raw_get(
        address, target.format(secret=secret, cache=cache, link=link, url=url, port=port)
    )
    assert status in (400, 403, 404, 405), body[:200]
    assert SECRET not in body
    assert "root:" not in body
    assert asked == []


FILES = [
    "/etc/passwd",
    "{secret}",
    "{cache}/../../../../etc/passwd",
    "{link}",
    "pyproject.toml",
    "file:///etc/passwd",
    "http://127.0.0.1:{port}/a.txt",
    "http://localhost:{port}/a.txt",
    "http://[::1]:{port}/a.txt",
    "http://2130706433:{port}/a.txt",
    "http://0x7f.1:{port}/a.txt",
    "http://0.0.0.0:{port}/a.txt",
    "http://127.0.0.1.nip.io:{port}/a.txt",
    "https://huggingface.co@127.0.0.1:{port}/a.txt",
    "http://169.254.169.254/latest/meta-data/",
    "//127.0.0.1:{port}/a.txt",
]


@pytest.mark.parametrize("given", FILES)
@pytest.mark.parametrize("action", ["take_files", "score"])
def test_only_uploads_count_as_files(
    action: str, given: str, client: httpx.Client, secret: Path, canary: tuple[int, list[str]]
) -> None:
    from gradio.utils import get_upload_folder

    cache = Path(get_upload_folder())
    cache.mkdir(parents=True, exist_ok=True)
    link = cache / "link.txt"
    if not link.is_symlink():
        link.symlink_to(secret)
    port, asked = canary
    path = given.format(secret=secret, cache=cache, link=link, port=port)
    for file in (
        {"path": path, "meta": {"_type": "gradio.FileData"}},
        {"path": path, "url": path, "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}},
    ):
        data = [[file], None] if action == "take_files" else [None, "", [file], 100]
        heard = call(client, event(client, action), data, session=f"s{abs(hash((given, action)))}")
        assert SECRET not in heard
        assert "root:" not in heard
        assert '"success":true' not in heard
    assert asked == []


def test_a_file_in_place_of_a_text_is_refused(
    client: httpx.Client, secret: Path, canary: tuple[int, list[str]]
) -> None:
    port, asked = canary
    for path in (str(secret), f"http://127.0.0.1:{port}/a.txt"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        for data in ([[file, *STORM], 60, ""], [STORM, 60, file], [file, 60, ""]):
            answer = client.post("/gradio_api/run/summarize", json={"data": data})
            assert answer.status_code >= 400
            assert SECRET not in answer.text
    assert asked == []


def test_component_servers_are_closed(client: httpx.Client) -> None:
    body = {"data": ["/etc"], "component_id": 1, "fn_name": "ls", "session_hash": "x"}
    assert client.post("/gradio_api/component_server", json=body).status_code == 404


def test_large_bodies_are_refused(client: httpx.Client) -> None:
    assert client.post("/gradio_api/queue/join", content=b"x" * 1_000_001).status_code == 413

    def chunks() -> Iterator[bytes]:  # without a declared length
        for _ in range(40):
            yield b"x" * 50_000

    try:
        answer = client.post("/gradio_api/upload", content=chunks())
    except httpx.HTTPError:
        return  # the connection was closed, which is an answer too
    assert answer.status_code >= 400


def test_uploads_stay_in_the_cache_whatever_they_are_called(client: httpx.Client) -> None:
    from gradio.utils import get_upload_folder

    cache = Path(get_upload_folder()).resolve()
    for name in (
        "../../evil.txt",
        "/etc/evil.txt",
        "..\\evil.txt",
        "<img onerror=x>.txt",
        "a" * 400,
    ):
        answer = client.post("/gradio_api/upload", files={"files": (name, b"some words")})
        if answer.status_code == 200:
            assert all(Path(path).resolve().is_relative_to(cache) for path in answer.json())


def test_headers_forbid_what_comes_from_elsewhere(client: httpx.Client) -> None:
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_cache_is_private() -> None:
    from gradio.utils import get_upload_folder

    root = Path(os.environ["GRADIO_TEMP_DIR"])
    assert Path(get_upload_folder()).is_relative_to(root)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


# Archives


def archive(path: Path, entries: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


def link_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"../evil.txt": b"text"}, "leads out"),
        ({"a/../../evil.txt": b"text"}, "leads out"),
        ({"/tmp/evil.txt": b"text"}, "leads out"),
        ({"..\\evil.txt": b"text"}, "leads out"),
        ({"C:\\evil.txt": b"text"}, "leads out"),
        ({"C:evil.txt": b"text"}, "leads out"),
        ({"\\\\host\\share\\evil.txt": b"text"}, "leads out"),
        ({link_entry("link.txt"): b"/etc/passwd"}, "link"),
        ({"bomb.txt": b"a" * 30_000_000}, "bomb"),
        ({f"{n}.txt": b"x" for n in range(501)}, "at most 500"),
        ({"a": b"one", "a/b.txt": b"two"}, "damaged"),
    ],
)
def test_bad_archives_are_refused_whole(
    tmp_path: Path, entries: dict[str | zipfile.ZipInfo, bytes], why: str
) -> None:
    good = {"good.txt": STORM[0].encode()}
    path = archive(tmp_path / "bad.zip", {**good, **entries})
    with pytest.raises(InputError, match=why):
        read_uploads([path])
    beside = tmp_path / "other.txt"
    beside.write_text(STORM[1])
    reading = read_uploads([path, beside])
    assert [document.doc_id for document in reading.documents] == ["other.txt"]
    assert any("bad.zip" in notice and why in notice for notice in reading.notices)


def test_sizes_that_lie_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The declared size is set to 10 bytes in the directory; the content is more."""
    monkeypatch.setattr(intake, "MAX_UNPACKED_BYTES", 50_000)
    path = archive(tmp_path / "lie.zip", {"a.txt": os.urandom(60_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace((60_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(InputError, match=r"lie\.zip"):
        read_uploads([path])


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", {"a.txt": b"inner words"})
    outer = archive(
        tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "b.txt": STORM[0].encode()}
    )
    reading = read_uploads([outer])
    assert [document.doc_id for document in reading.documents] == ["b.txt"]
    assert "inner.zip" in " ".join(reading.notices)


def test_notices_name_no_place_on_the_server(tmp_path: Path) -> None:
    path = archive(tmp_path / "empty.zip", {"photo.png": b"x"})
    with pytest.raises(InputError) as caught:
        read_uploads([path])
    assert "summarizer-unpacked" not in str(caught.value)
    assert json.dumps(str(caught.value))
