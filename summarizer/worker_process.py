"""One worker process: the parent's end of its pipes, and what runs at the other end.

Messages are pickles with their length before them. The parent sends ``build``, then
tasks; the worker answers each with one ("built" or "result", value) or ("error",
exception), and with any number of ("event", value) before that.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO, cast

from summarizer.errors import SummarizerError

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class GoneError(Exception):
    """The process at the other end has died, or was killed."""


class WorkerProcess:
    """A process that builds a handler and calls it, as its parent sees it.

    Must be started by a thread that lives as long as it should: Linux ends it with that.
    """

    def __init__(self, build: bytes, *, threads: int) -> None:
        # PYTHONPATH and -P give it the very path of this process; a session of its own
        # keeps a terminal's Ctrl-C from it.
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        code = f"from {__name__} import _work; _work({os.getpid()})"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | dict.fromkeys(_THREADS, str(threads)) | {"PYTHONPATH": path},
            start_new_session=True,
        )
        self._built = False
        self._killed = False
        with contextlib.suppress(GoneError):  # then `wait_until_built` will tell
            self.send(build)

    @property
    def alive(self) -> bool:
        """Whether it can be given a task."""
        return not self._killed and self._process.poll() is None

    def wait_until_built(self) -> None:
        """Raise what ``build`` raised, if it did; the process is then of no use."""
        if not self._built:
            kind, value = self.receive()
            if kind == "error":
                self.kill()
                raise value
            self._built = True

    def send(self, message: bytes) -> None:
        """Send a pickle. Raises GoneError where the process is."""
        try:
            _send(cast(BinaryIO, self._process.stdin), message)
        except OSError:
            raise GoneError from None

    def receive(self) -> tuple[str, Any]:
        """Wait for the next answer. Raises GoneError where the process is."""
        try:
            message = _receive(cast(BinaryIO, self._process.stdout))
        except (EOFError, OSError):
            raise GoneError from None
        try:
            return cast(tuple[str, Any], pickle.loads(message))
        except Exception:
            self.kill()  # it would go on with a task that has failed here
            raise

    def kill(self) -> None:
        """From any thread. Whoever waits for a message gets GoneError."""
        self._killed = True
        self._process.kill()

    def end(self) -> str:
        """Kill the process if it lives, free what it took, and say what it died of."""
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # a message that nobody will read
                cast(BinaryIO, pipe).close()
        if code >= 0:
            return f"The worker process ended by itself, with exit code {code}."
        name = {entry.value: entry.name for entry in signal.Signals}.get(-code, f"signal {-code}")
        memory = "; if nobody did that, memory has run out" if code == -signal.SIGKILL else ""
        return f"The worker process was killed by {name}{memory}."


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(len(message).to_bytes(8))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes:
    header = pipe.read(8)
    message = pipe.read(int.from_bytes(header))
    if len(header) < 8 or len(message) < int.from_bytes(header):
        raise EOFError
    return message


def _work(parent: int) -> None:
    """What a worker process does: build the handler, then a task after the other."""
    _end_with(parent)
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a library prints must not get among the answers
    lock = threading.Lock()

    def answer(kind: str, value: object) -> None:
        message = pickle.dumps((kind, value))
        with lock:  # the handler may emit from several threads
            _send(answers, message)

    def emit(event: object) -> None:
        answer("event", event)

    with contextlib.suppress(EOFError, BrokenPipeError):  # the parent is gone
        try:
            handler = pickle.loads(_receive(tasks))()
        except BaseException as error:
            answer("error", _portable(error))
            raise EOFError from error
        answer("built", None)
        while True:
            task = _receive(tasks)
            try:
                message = pickle.dumps(("result", handler(pickle.loads(task), emit)))
            except BaseException as error:
                message = pickle.dumps(("error", _portable(error)))
            with lock:
                _send(answers, message)
            del task, message
    os._exit(0)  # at once, whatever threads there are


def _end_with(parent: int) -> None:
    """Have this process killed when its parent dies, even in the midst of native code.

    On other systems than Linux it ends at its next message, the pipe being closed.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _portable(error: BaseException) -> Exception:
    """The exception, fit to be pickled, with its traceback in a note if it is a bug's."""
    told = "".join(traceback.format_exception(error))
    try:
        same: object = pickle.loads(pickle.dumps(error))
    except Exception:
        same = None
    if not isinstance(same, Exception):
        same = RuntimeError(f"{type(error).__name__}: {error}")
    if not isinstance(same, SummarizerError):
        same.add_note(f"In the worker process:\n{told}")
    return same
