"""What keeps visitors to what the page offers.

Gradio brings routes and conveniences that this page has no use for: fetching an
address given in place of a file, proxying, editing components from outside. They
are closed here, ahead of Gradio, so that what is not on the list does not exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr
from gradio.utils import get_upload_folder

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN = re.compile(
    r"""/ | /health | /config/? | /theme\.css | /favicon\.ico | /robots\.txt | /manifest\.json
    | /pwa_icon(/\d+)? | /login/? | /logout/? | /(assets|static|svelte)/[^\0]+
    | /gradio_api/( info/? | openapi\.json | user/? | token/? | app_id/? | login_check/?
        | startup-events | theme\.css | upload | upload_progress | cancel | reset/?
        | heartbeat/\w+ | queue/(join|data|status)
        | call/\w+(/\w+)? | call/v2/\w+(/\w+)? | run/\w+/? | api/\w+/?
        | file=(?P<file>[^\0]+) )""",
    re.VERBOSE,
)
_MCP = re.compile(r"/gradio_api/mcp(/[\w/.-]*)?")
_HEADERS = {
    # Gradio's own scripts are inline and build functions from text; nothing may be
    # loaded from elsewhere, nor sent there.
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' "
    "'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' "
    "data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Guard:
    """An ASGI layer: known routes only, bodies of bounded size, headers against leaks."""

    def __init__(self, app: Application, *, max_bytes: int, mcp: bool = False) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404 or 413 where the request is none of ours; else pass it on."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return None  # there is no other kind of connection to this page
        if not self._allowed(scope):
            return await _answer(send, 404, "Not found.")
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._max_bytes:
            return await _answer(send, 413, self._too_large())
        read = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal read
            event = await receive()
            read += len(event.get("body", b""))
            if read > self._max_bytes:
                return {"type": "http.disconnect"}
            return event

        async def with_headers(event: MutableMapping[str, Any]) -> None:
            if event["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in _HEADERS.items()}
                kept = [pair for pair in event["headers"] if pair[0].lower() not in own]
                event = {**event, "headers": [*kept, *own.items()]}
            await send(event)

        return await self._app(scope, counted, with_headers)

    def _allowed(self, scope: Scope) -> bool:
        # The path as the server decoded it, below the root path, then decoded once
        # more: whoever encodes twice hides something.
        path = scope["path"]
        root = scope.get("root_path", "")
        path = path[len(root) :] if root and path.startswith(root + "/") else path
        twice = unquote(path)
        if any(".." in p.replace("\\", "/").split("/") or "\0" in p for p in (path, twice)):
            return False
        match = _OPEN.fullmatch(path)
        if match and (file := match["file"]):
            return in_cache(file)
        return bool(match or (self._mcp and _MCP.fullmatch(path)))

    def _too_large(self) -> str:
        return f"Too large: at most {self._max_bytes // 1_000_000} MB are taken at once."


async def _answer(send: Send, status: int, text: str) -> None:
    body = json.dumps({"detail": text}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def in_cache(path: str) -> bool:
    """Whether ``path`` is a file in the private cache, once links are followed."""
    try:
        real = Path(path).resolve(strict=True)
        return real.is_file() and real.is_relative_to(Path(get_upload_folder()).resolve())
    except (OSError, ValueError, RuntimeError):
        return False


class GuardedBlocks(gr.Blocks):
    """Blocks that take no file but one that was uploaded: no address, no other path.

    They do not keep what they answered either: Gradio would, for each of its sessions,
    so that a link can bring it up again, which is not among the open routes.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, *rest: Any, **more: Any
    ) -> Any:
        """As Gradio's own, after a look at everything that calls itself a file."""
        for value in inputs:
            _check_files(value)
        if state is not None:
            state._update_value_in_config = _forget
        return await super().preprocess_data(block_fn, inputs, state, *rest, **more)


def _forget(component: int, value: Any) -> None:
    """In place of what keeps the value of a component for a session."""


def _check_files(value: Any) -> None:
    """Raise gr.Error where a file is named that was not uploaded, at any depth."""
    if isinstance(value, dict):
        meta = value.get("meta")
        if "path" in value and (isinstance(meta, dict) or "url" in value or "orig_name" in value):
            path = value["path"]
            if not isinstance(path, str) or not in_cache(path):
                raise gr.Error("Only uploaded files are read.", print_exception=False)
            value["url"] = None
        for part in value.values():
            _check_files(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check_files(part)
