"""The page under load: `python -m eval.benchmarks.web_load`.

Starts the page as `python app.py` does and asks its API from several clients at once, each
request about a town of its own; one request is megabytes long. Printed are the latencies,
answers that were lost or belong to another request, and the memory of the server and its
workers before and after. Exits with 1 where an answer is lost or wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
PLACE = "Sable"  # what the example's articles are about; each request has its own instead
DIGITS = "bcdfghjklm"
STARTING = 300  # seconds until the page must be ready
SETTLING = 60  # seconds that memory is given to come back
EARLIER = 20  # requests before the measured ones, so that what is loaded late is there


class Answer(NamedTuple):
    """How one request went; ``wrong`` is why its answer is not its own."""

    seconds: float
    megabytes: float
    wrong: str = ""


def articles(number: int, megabytes: float) -> list[str]:
    """The example's articles about place ``number``, over and over up to the size."""
    folder = ROOT / "examples" / "harbour-bridge"
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    texts = [text.replace(PLACE, place(number)) for text in texts]
    copies = max(1, round(megabytes * 1e6 / sum(map(len, texts))))
    return ["\n\n".join(counted_on(text, by) for by in range(copies)) for text in texts]


def place(number: int) -> str:
    """A name of one's own for each request."""
    return "Place" + "".join(DIGITS[int(digit)] for digit in f"{number:03}")


def counted_on(text: str, by: int) -> str:
    """``text`` with every number larger, so that it is no duplicate of itself."""
    return re.sub(r"\d+", lambda found: str(int(found[0]) + by), text)


def ask(client: Any, number: int, megabytes: float) -> Answer:
    """One request, timed, its answer checked."""
    given = articles(number, megabytes)
    start = time.perf_counter()
    try:
        answer = client.predict(articles=given, words=100, api_name="/summarize")
    except Exception as error:
        return Answer(time.perf_counter() - start, megabytes, f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - start
    places = set(re.findall(rf"Place[{DIGITS}]+", json.dumps(answer)))
    if places != {place(number)}:
        told = ", ".join(sorted(places)) or "nothing"
        return Answer(seconds, megabytes, f"request {number} was told of {told}")
    return Answer(seconds, megabytes)


def ask_all(address: str, sizes: Sequence[float], *, clients: int) -> list[Answer]:
    """One answer a size, the requests shared out among so many clients."""
    from gradio_client import Client

    left = list(enumerate(sizes))
    answers: list[Answer] = []

    def visit() -> None:
        client = Client(address, verbose=False)
        with contextlib.suppress(IndexError):
            while True:
                number, megabytes = left.pop()
                answers.append(ask(client, number, megabytes))

    threads = [threading.Thread(target=visit) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextlib.contextmanager
def server() -> Iterator[tuple[str, int]]:
    """The page's address and process, once all its workers are ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SUMMARIZER_PORT": str(port)}
    address = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    up = 0.0
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = False
        while not ready:
            if process.poll() is not None or time.perf_counter() - start > STARTING:
                raise SystemExit("The page did not get ready.")
            time.sleep(0.1)
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{address}/health", timeout=5) as answer,
            ):
                up = up or time.perf_counter() - start
                ready = json.load(answer)["ready"]
        print(f"page up after {up:.1f} s, models ready after {time.perf_counter() - start:.1f} s")
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def memory(pid: int) -> list[float]:
    """Megabytes that the server and each of its workers occupy, shared pages counted once."""
    sizes = []
    children = Path(f"/proc/{pid}/task").glob("*/children")
    for each in (pid, *(int(n) for path in children for n in path.read_text().split())):
        rollup = Path(f"/proc/{each}/smaps_rollup").read_text("ascii")
        found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
        sizes.append(int(found[1]) / 1e3 if found else 0)
    return sizes


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--megabytes", type=float, default=5, help="of the one large request")
    options = parser.parse_args()
    small = [0.0] * (options.requests - 1)
    with server() as (address, pid):
        ask_all(address, small[:EARLIER], clients=options.clients)
        before = memory(pid)
        start = time.perf_counter()
        answers = ask_all(address, [*small, options.megabytes], clients=options.clients)
        took = time.perf_counter() - start
        deadline = time.monotonic() + SETTLING
        while sum(after := memory(pid)) > 1.1 * sum(before) and time.monotonic() < deadline:
            time.sleep(1)
    wrong = [answer.wrong for answer in answers if answer.wrong]
    lost = options.requests - len(answers)
    print(f"{options.requests} requests of {options.clients} clients took {took:.0f} s")
    print(f"answers lost: {lost}, wrong: {len(wrong)}")
    for why in wrong:
        print(f"  {why}")
    for name, group in (
        ("small", [answer.seconds for answer in answers if not answer.megabytes]),
        (f"{options.megabytes:g} MB", [answer.seconds for answer in answers if answer.megabytes]),
    ):
        p50, p95, most = np.percentile(group, [50, 95, 100])
        print(f"{name:>8}: n {len(group):3}, p50 {p50:6.2f} s, p95 {p95:6.2f} s, max {most:6.2f} s")
    print("memory in MB (server, then each worker):")
    for when, sizes in (("before", before), ("after", after)):
        print(f"{when:>8}: {sum(sizes):.0f} = {' + '.join(f'{size:.0f}' for size in sizes)}")
    print(f"{'change':>8}: {100 * (sum(after) / sum(before) - 1):+.1f} %")
    raise SystemExit(1 if wrong or lost else 0)


if __name__ == "__main__":
    main()
