"""A page that really serves, for the tests of the front end."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from web_fakes import FakeMaker, FakeReader

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


def quick_desk(line: str = "", **settings: object) -> Desk:
    """A desk whose models need no weights; fakes that wait for the test do so at ``line``."""
    given = {
        "writers": ("auto", "extractive", "slow", "broken", "crashing"),
        "port": 0,
        "workers": 1,
        **settings,
    }
    return Desk(
        WebSettings(**given),  # type: ignore[arg-type]
        build=partial(FakeMaker, line),
        reader=partial(FakeReader, line),
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
    desk.warm_up()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
