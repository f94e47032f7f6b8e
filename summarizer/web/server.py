"""The server: the page and its API behind the guard, and ``/health`` for probes."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import ConfigError, SummarizerError
from summarizer.web.desk import Desk
from summarizer.web.memory import keep_tidy
from summarizer.web.settings import WebSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

_LOG = logging.getLogger(__name__)
GRACE_SECONDS = 3  # for answers under way when told to end; an open page's would never end


def create_app(settings: WebSettings, *, desk: Desk | None = None) -> FastAPI:
    """The application, ready for any ASGI server.

    Raises ConfigError where Gradio is not installed.
    """
    private = _prepare_environment()
    try:
        import gradio as gr
    except ImportError as error:
        raise ConfigError(
            "The page needs Gradio, which is not installed: "
            "pip install 'multi-document-summarizer[web]'."
        ) from error
    from fastapi import FastAPI

    from summarizer.web.guard import Guard
    from summarizer.web.page import Page, asset, theme

    desk = desk or Desk(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=desk.warm_up, name="warm-up", daemon=True).start()
        tidying = asyncio.create_task(keep_tidy())
        yield
        tidying.cancel()
        desk.close()
        if private:  # here, as a server that is told to end does not reach atexit
            shutil.rmtree(private, ignore_errors=True)

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "ready": desk.ready}

    gr.mount_gradio_app(  # returns the app it is given
        app,
        Page(desk).build(),
        path="/",
        auth=tuple(settings.auth.split(":", 1)) if settings.auth else None,
        root_path=settings.root_path or None,
        allowed_paths=[],
        blocked_paths=[],
        show_error=False,
        max_file_size=settings.max_upload_mb * 1_000_000,
        ssr_mode=False,
        footer_links=[],
        run_history=False,
        pwa=False,
        enable_monitoring=False,
        mcp_server=settings.mcp,
        theme=theme(),
        # As "css" Gradio would rewrite the selectors.
        head=f"<style>{asset('page.css')}</style><script>{asset('page.js')}</script>",
    )
    app.add_middleware(Guard, max_bytes=settings.max_upload_mb * 1_000_000, mcp=settings.mcp)
    return app


def serve(settings: WebSettings | None = None) -> None:
    """Serve until interrupted."""
    settings = settings or WebSettings.from_environment()
    app = create_app(settings)
    import uvicorn  # comes with Gradio, whose absence create_app explains

    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        root_path=settings.root_path,
        log_level="info",
        proxy_headers=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _prepare_environment() -> Path | None:
    """A private cache, returned where it is ours to delete, and no calls home.

    Comes before Gradio's import, which reads the environment.
    """
    private = None
    if "GRADIO_TEMP_DIR" not in os.environ:
        private = Path(tempfile.mkdtemp(prefix="summarizer-web-"))  # for this user only
        os.environ["GRADIO_TEMP_DIR"] = str(private)
    Path(os.environ["GRADIO_TEMP_DIR"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return private


def main() -> None:
    """Serve with the environment's settings; errors meant for users without a traceback."""
    try:
        serve()
    except SummarizerError as error:
        raise SystemExit(f"Error: {error}") from None
