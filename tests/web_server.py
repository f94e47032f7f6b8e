"""A page that really serves, for the tests of the front end."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from models import load_encoder, load_writer
from models.extractive import ExtractiveWriter
from summarizer.protocols import OnDraft
from summarizer.records import Plan, Writing
from summarizer.web.desk import Desk
from summarizer.web.settings import WebSettings

# Before Gradio is imported; gone with the test run.
CACHE = tempfile.TemporaryDirectory(prefix="summarizer-web-")
os.environ["GRADIO_TEMP_DIR"] = CACHE.name

STORM = [
    "A storm hit the port of Arden on Monday and sank two boats. Nobody was hurt, the mayor "
    "Ida Brandt said. The port stays closed until Friday.",
    "Two boats sank in Arden's port when a storm came in on Monday. The harbour office put the "
    "damage at 4 million crowns. Ferries go from Lund instead.",
    "Arden counts the damage after Monday's storm. Divers will raise the two boats next week, "
    "weather allowing. The port stays closed until Friday.",
]


class GatedWriter(ExtractiveWriter):
    """An extractive writer that waits, once told to, until its gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        self.entered.set()
        assert self.gate.wait(30)
        return super().write(plans, words=words, on_draft=on_draft)


def quick_desk(**settings: object) -> Desk:
    """A desk whose encoder needs no weights; its writer "extractive" has a gate."""
    given = {"writers": ("auto", "extractive"), "port": 0, **settings}
    return Desk(
        WebSettings(**given),  # type: ignore[arg-type]
        encoder=load_encoder("lexical"),
        writers={"auto": load_writer(), "extractive": GatedWriter()},
    )


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """The address at which the desk's page answers, on this machine only."""
    import uvicorn

    from summarizer.web.server import create_app

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(desk.settings, desk=desk)
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=1,
        root_path=desk.settings.root_path,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
