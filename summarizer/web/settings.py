"""How the page is served: from flags, else from the environment, else by default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from summarizer.errors import ConfigError
from summarizer.workers import processors

PREFIX = "SUMMARIZER_"
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the page is served, to whom, and how much one visitor may ask.

    host, port, root_path: where; root_path is the path under which a proxy shows it
    auth:           "NAME:PASSWORD", or empty for everybody
    writers:        names of writers to offer, the first by default
    max_articles:   of one briefing
    max_characters: of all articles of one briefing together
    max_upload_mb:  of one upload or request, in megabytes
    workers:        processes that make briefings, each with its own models, one at a time
    queue:          briefings that may wait
    timeout:        seconds after which a briefing is given up
    read_timeout:   seconds after which the reading of an upload is given up
    mcp:            whether the API is offered to agents (Model Context Protocol) as well

    Each is read from the environment as ``SUMMARIZER_`` and its name in capitals.
    Raises ConfigError for a value out of range.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    auth: str = ""
    writers: tuple[str, ...] = ("auto", "extractive")
    max_articles: int = 60
    max_characters: int = 10_000_000
    max_upload_mb: int = 25
    workers: int = min(2, processors())
    queue: int = 32
    timeout: int = 600
    read_timeout: int = 60
    mcp: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ConfigError(f"port must be between 0 and 65535, not {self.port}.")
        limits = "max_articles max_characters max_upload_mb workers queue timeout read_timeout"
        for name in limits.split():
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, not {getattr(self, name)}.")
        if self.auth and not all(self.auth.partition(":")):
            raise ConfigError('auth must be "NAME:PASSWORD".')
        if self.root_path and not self.root_path.startswith("/"):
            raise ConfigError(f"root_path must begin with a slash, not {self.root_path!r}.")
        if not self.writers:
            raise ConfigError("writers must name one at least.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """``given`` where it is not None, else the environment, else the defaults.

        A host or port that the environment names for Gradio (Hugging Face Spaces do) is
        taken where it names none for us.
        """
        values: dict[str, Any] = {}
        for entry in fields(cls):
            text = environment.get(PREFIX + entry.name.upper())
            if text is None and entry.name in ("host", "port"):
                gradio_name = {"host": "GRADIO_SERVER_NAME", "port": "GRADIO_SERVER_PORT"}
                text = environment.get(gradio_name[entry.name])
            if text is not None:
                values[entry.name] = _parsed(entry.name, text, entry.default)
        values.update((name, value) for name, value in given.items() if value is not None)
        return cls(**values)


def _parsed(name: str, text: str, default: object) -> object:
    """The value that ``text`` stands for, of the type of the default."""
    text = text.strip()
    if isinstance(default, bool):
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ConfigError(f"{PREFIX}{name.upper()} must be on or off, not {text!r}.")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigError(
                f"{PREFIX}{name.upper()} must be a whole number, not {text!r}."
            ) from None
    if isinstance(default, tuple):
        return tuple(filter(None, (part.strip() for part in text.split(","))))
    return text
