"""The command line: ``summarizer brief PATH...``, ``batch`` for many, ``serve`` for the page.

The briefing goes to standard output (or a file), everything else to standard error.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Heavy modules are imported
by the command that needs them, so that help and version answer at once.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.config import Config
from summarizer.errors import ConfigError, SummarizerError
from summarizer.rendering import FORMATS, render, renderer, visible

if TYPE_CHECKING:
    from summarizer.batch.progress import Reporter

STDIN = Path("-")
SUFFIXES = {
    "": "text",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}

app = typer.Typer(
    name="summarizer",
    help="Many articles about one event in, one faithful briefing out.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    # Without this, Typer imports pydantic only to read the absent --help as false.
    context_settings={"default_map": {"help": False}},
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on ``arguments`` (else the process's) and exit."""
    prepare_process()
    try:
        app(arguments, prog_name="summarizer")
    except SummarizerError as error:
        _say(f"Error: {error}")
        sys.exit(2 if isinstance(error, ConfigError) else 1)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"summarizer {version('multi-document-summarizer')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


@app.command()
def brief(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Folders and files to read; - is standard input.",
            show_default=False,
        ),
    ],
    words: Annotated[
        int, typer.Option("--words", help="Length of the briefing at most, in words.")
    ] = Config().words,
    writer: Annotated[
        str, typer.Option("--writer", help="auto, embedded, extractive or hf:NAME_OR_PATH.")
    ] = "auto",
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"{', '.join(FORMATS)}; as a rule by the suffix of --output, else text.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="File to write, instead of standard output.", show_default=False
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Show on standard error what was merged, ranked and set aside, and why.",
        ),
    ] = False,
) -> None:
    """Write one briefing on the articles in PATH, all about one event."""
    config = Config(words=words, writer=writer)
    format = _format(format, output)
    if output is not None:
        _check_output(output, paths)

    with _progress() as progress:
        progress("reading")
        from summarizer.reading import read_documents

        reading = read_documents(paths)
        progress("loading models")
        from summarizer.pipeline import Summarizer

        briefing = Summarizer(config).summarize(
            reading.documents,
            cluster_id=_cluster_id(paths),
            notices=reading.notices,
            progress=progress,
        )

    rendered = render(briefing, format)
    if output is None:
        _print_whole(rendered)
    else:
        _write_whole(output, rendered)
        _say(f"Written to {output} ({format}).")
    # On a terminal the briefing has just shown its notices.
    if output is not None or not sys.stdout.isatty():
        for notice in briefing.notices:
            _say(f"Notice: {notice}")
    if explain:
        from summarizer.explain import explain as show

        show(briefing, sys.stderr)


@app.command()
def batch(
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A folder of folders, a file of clusters (.jsonl, .parquet, ...), or NAME[:SPLIT] "
            "of a data set.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Argument(metavar="OUTPUT", help="The folder for the briefings.", show_default=False),
    ],
    words: Annotated[
        int, typer.Option("--words", help="Length of each briefing at most, in words.")
    ] = Config().words,
    writer: Annotated[
        str, typer.Option("--writer", help="auto, embedded, extractive or hf:NAME_OR_PATH.")
    ] = "auto",
    format: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help=f"{', '.join(FORMATS)}; may be repeated, for a file each.",
            show_default="text",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            help="Processes, on this machine or on all.",
            show_default="one a processor, 4 at most on this machine alone",
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option("--engine", help="local: this machine; ray: the machines of a Ray cluster."),
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address",
            help="HOST:PORT of the Ray cluster's head.",
            show_default="RAY_ADDRESS, a cluster started on this machine, or a new one on it",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds that one cluster may take.")
    ] = 600.0,
    force: Annotated[bool, typer.Option("--force", help="Do all again, finished or not.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Take only the clusters that have failed.")
    ] = False,
    max_failures: Annotated[
        int | None,
        typer.Option("--max-failures", help="Stop after so many failures.", show_default=False),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors only.")] = False,
    json_logs: Annotated[
        bool, typer.Option("--json-logs", help="Log in JSON, an object a line.")
    ] = False,
) -> None:
    """Write a briefing on each cluster of INPUT into OUTPUT; carry on where it stopped.

    Exit codes: 0 every cluster has its briefing, 1 some have not, 2 wrong usage, 130
    interrupted.
    """
    from summarizer.batch.engines import engine_maker
    from summarizer.batch.run import BatchOptions, run_batch

    report = run_batch(
        input,
        output,
        Config(words=words, writer=writer),
        BatchOptions(
            formats=tuple(dict.fromkeys(format or ["text"])),
            workers=workers,
            timeout=timeout,
            force=force,
            retry_failed=retry_failed,
            max_failures=max_failures,
        ),
        _reporter(quiet=quiet, json_logs=json_logs),
        make_engine=engine_maker(engine, input, ray_address=ray_address),
    )
    raise typer.Exit(report.exit_code)


def _reporter(*, quiet: bool, json_logs: bool) -> Reporter:
    from summarizer.batch import progress

    if quiet:
        return progress.Reporter()
    if json_logs:
        return progress.JsonLines()
    return progress.Bar() if sys.stderr.isatty() else progress.Lines()


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", show_default="7860")] = None,
    root_path: Annotated[
        str | None,
        typer.Option("--root-path", help="Path under which a proxy shows it.", show_default=False),
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option("--auth", help="NAME:PASSWORD to ask for.", show_default=False),
    ] = None,
    writer: Annotated[
        list[str] | None,
        typer.Option(
            "--writer",
            help="A writer to offer, the first by default; may be repeated.",
            show_default="auto, extractive",
        ),
    ] = None,
    mcp: Annotated[
        bool | None,
        typer.Option("--mcp/--no-mcp", help="Offer the API to agents as well.", show_default="no"),
    ] = None,
) -> None:
    """Serve the page and its API in the browser.

    Each option, and further limits, can be set in the environment: SUMMARIZER_PORT and so on.
    """
    from summarizer.web.server import serve as run
    from summarizer.web.settings import WebSettings

    run(
        WebSettings.from_environment(
            host=host,
            port=port,
            root_path=root_path,
            auth=auth,
            writers=tuple(writer) if writer else None,
            mcp=mcp,
        )
    )


def _format(format: str | None, output: Path | None) -> str:
    """The format asked for, else the one that the output's suffix stands for."""
    if format is not None:
        renderer(format)
        return format
    suffix = output.suffix.lower() if output is not None else ""
    if suffix not in SUFFIXES:
        raise ConfigError(
            f"No format goes with {suffix!r}. Give --format, or a file that ends in "
            f"{', '.join(filter(None, SUFFIXES))}."
        )
    return SUFFIXES[suffix]


def _cluster_id(paths: Sequence[Path]) -> str:
    """One folder or file gives the cluster its name."""
    if len(paths) > 1:
        return "cluster"
    return "stdin" if paths[0] == STDIN else paths[0].resolve().stem or "cluster"


def _check_output(output: Path, paths: Sequence[Path]) -> None:
    """Refuse at once what would fail after the work is done, or spoil the input."""
    if output.is_dir():
        raise ConfigError(f"--output {output} is a folder; give the name of a file.")
    if not output.parent.is_dir():
        raise ConfigError(f"--output {output}: there is no folder {output.parent}.")
    for path in paths:
        if path != STDIN and output.resolve().is_relative_to(path.resolve()):
            raise ConfigError(
                f"--output {output} is among the articles that are read ({path}); "
                "choose another place."
            )


def _write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all: aside first, then renamed into place."""
    path = path.resolve()  # a link stays a link
    whole = path.is_file() or not path.exists()  # a device cannot be replaced
    aside = path.with_name(f".{path.name}.{os.getpid()}") if whole else path
    try:
        try:
            aside.write_text(text, encoding="utf-8", newline="\n")
            if whole:
                aside.replace(path)
        except BaseException:
            if whole:
                aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SummarizerError(f"Cannot write {path}: {error.strerror}.") from error


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the stage at work on standard error; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda stage: status.update(f"{stage.capitalize()} …")


def _print_whole(text: str) -> None:
    """To standard output, flushed, so that a closed pipe or a full disk shows here."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in the buffer would be tried again, and fail again, at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SummarizerError(f"Cannot write to standard output: {error.strerror}.") from error


def _say(line: str) -> None:
    """One line on standard error."""
    print(visible(line), file=sys.stderr)


def prepare_process() -> None:
    """Make the streams fit for any text, and libraries silent.

    A pipe or file gets UTF-8 whatever the locale; a terminal gets its own encoding, with
    escapes for what that lacks. What a library has to say about a file comes to the
    user as a notice, not as a log line.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    logging.basicConfig(level=logging.CRITICAL)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
