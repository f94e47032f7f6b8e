"""What visitors bring: uploads, zip archives, pasted text, examples, made into documents.

An archive is unpacked into a private folder that is gone when reading is done. One
that tries anything (paths that lead out, links, more than it admits) is refused whole.
"""

from __future__ import annotations

import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from summarizer.decoding import printable
from summarizer.errors import InputError
from summarizer.reading import Reading, document_from_text, read_documents
from summarizer.records import Document
from summarizer.words import count_words

MAX_ENTRIES = 500  # of an archive
MAX_UNPACKED_BYTES = 100_000_000  # of an archive
MAX_EXPANSION = 200  # bytes unpacked to one packed; text reaches 10, a bomb 1,000
LEAST_WORDS = 8  # of a pasted article; shorter pieces stay with what follows
UPLOAD_SUFFIXES = ".txt .md .html .htm .pdf .docx .json .jsonl .csv .parquet .zip".split()

PASTED = "pasted-"  # begins the id of what was pasted

_SEPARATOR = re.compile(r"^[ \t]*(?:-{3,}|={3,}|\*{3,}|_{3,}|~{3,})[ \t]*$", re.MULTILINE)
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The articles on one visitor's desk; ``cluster_id`` is what the briefing is called."""

    documents: tuple[Document, ...] = ()
    notices: tuple[str, ...] = ()
    cluster_id: str = "cluster"

    def with_reading(self, reading: Reading) -> Pile:
        """The pile with more documents on it, under ids that differ."""
        ids = {document.doc_id for document in self.documents}
        added = []
        for document in reading.documents:
            doc_id, number = document.doc_id, 2
            while doc_id in ids:
                doc_id, number = f"{document.doc_id}#{number}", number + 1
            ids.add(doc_id)
            added.append(replace(document, doc_id=doc_id))
        return Pile(
            documents=(*self.documents, *added),
            notices=(*self.notices, *reading.notices),
        )

    def without(self, doc_id: str) -> Pile:
        """The pile less one document, and less its notices when it was the last."""
        left = tuple(document for document in self.documents if document.doc_id != doc_id)
        return replace(self, documents=left, notices=self.notices if left else ())


def read_paste(text: str, *, number: int = 1) -> Reading:
    """The articles of a pasted text, split at lines of three or more - = * _ or ~.

    A piece of fewer than ``LEAST_WORDS`` words is no article: a title underlined with
    dashes stays with its text. ``number`` counts the first. Raises InputError for no words.
    """
    pieces: list[str] = []
    start, short = 0, ""
    for match in [*_SEPARATOR.finditer(text), None]:
        end, after = (match.start(), match.end()) if match else (len(text), len(text))
        piece = short + text[start:end]
        if match and count_words(piece) < LEAST_WORDS:
            short = piece + match.group() if piece.strip() else ""
        else:
            pieces.append(piece)
            short = ""
        start = after
    if len(pieces) > 1 and count_words(pieces[-1]) < LEAST_WORDS:
        tail = pieces.pop()
        pieces[-1] += tail
    documents = tuple(
        document_from_text(piece, doc_id=f"{PASTED}{n}")
        for n, piece in enumerate(filter(str.strip, pieces), start=number)
        if any(map(str.isalnum, piece))
    )
    if not documents:
        raise InputError("The box holds no words. Paste an article first.")
    return Reading(documents)


def read_uploads(
    paths: Sequence[Path | str], *, read: Callable[[Sequence[Path]], Reading] = read_documents
) -> Reading:
    """The articles in uploaded files and zip archives. Raises InputError for none.

    ``read`` reads the files, and the folders that archives are unpacked to.
    """
    with tempfile.TemporaryDirectory(prefix="summarizer-unpacked-") as private:
        notices: list[str] = []
        targets: list[Path] = []
        for number, path in enumerate(map(Path, paths)):
            if path.suffix.lower() != ".zip":
                targets.append(path)
                continue
            folder = Path(private, str(number))
            try:
                unpack(path, folder)
                targets.append(folder)
            except InputError as error:
                notices.append(f"{printable(path.name)}: {error}")
        if not targets:
            raise InputError(" ".join(notices) or "No file is given.")
        try:
            reading = read(targets)
        except InputError as error:
            reason = _without_folder(str(error), private)
            raise InputError(" ".join([*notices, reason])) from None
        told = [_without_folder(notice, private) for notice in reading.notices]
        return Reading(reading.documents, (*notices, *told))


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip into ``folder``, which is made.

    Raises InputError, the end of a sentence that begins with the archive's name, where
    an entry leads out of the folder, is a link, a device or encrypted, or where the
    archive holds too much; nothing of it is kept by the caller then.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            entries = file.infolist()
            _check_entries(entries)
            folder.mkdir(parents=True)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                if not entry.is_dir():
                    left -= _unpack_entry(file, entry, folder, left)
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError,
        UnicodeError, ValueError,
    ) as error:  # fmt: skip
        raise InputError(f"cannot be unpacked ({type(error).__name__}); is it damaged?") from error


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"holds {len(entries):,} entries; at most {MAX_ENTRIES} are taken.")
    for entry in entries:
        # Both spellings of the name: the one in the archive and the one Python cleaned.
        for name in (entry.filename, entry.orig_filename):
            windows, posix = PureWindowsPath(name), PurePosixPath(name)
            parts = {*windows.parts, *posix.parts}
            if posix.is_absolute() or windows.anchor or ".." in parts or "\0" in name:
                raise InputError("is refused: a name in it leads out of the archive.")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise InputError("is refused: it holds a link or a device.")
        if entry.flag_bits & 0x1:
            raise InputError("is refused: it is encrypted; unpack it first.")
        if entry.file_size > MAX_EXPANSION * max(entry.compress_size, 1_000):
            raise InputError("is refused: it unpacks to far more than it is (a zip bomb).")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise InputError(
            f"is refused: it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB."
        )


def _unpack_entry(file: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one entry and return its bytes, counted as they come: sizes declared may lie."""
    target = folder / entry.filename
    if not target.resolve().is_relative_to(folder.resolve()):
        raise InputError("is refused: a name in it leads out of the archive.")
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with file.open(entry) as source, target.open("xb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise InputError(
                    f"is refused: it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB."
                )
            sink.write(chunk)
    return written


def _without_folder(text: str, private: str) -> str:
    """A visitor learns nothing of where things lie on the server."""
    return re.sub(re.escape(private) + r"/\d+/?", "the archive", text)


def example_folders() -> dict[str, Path]:
    """The example clusters by name; none where only the package is installed."""
    root = Path(__file__).parents[2] / "examples"
    if not (root / "references").is_dir():
        return {}
    return {
        folder.name: folder
        for folder in sorted(root.iterdir())
        if folder.is_dir() and folder.name != "references"
    }


def read_example(name: str) -> tuple[Pile, str]:
    """The pile of an example, and its reference summary ("" where there is none).

    Raises InputError for a name that is not among the examples.
    """
    folders = example_folders()
    if name not in folders:
        raise InputError(f"There is no example {name!r}.")
    reading = read_documents([folders[name]])
    reference = folders[name].parent / "references" / f"{name}.txt"
    return (
        Pile(documents=reading.documents, notices=reading.notices, cluster_id=name),
        reference.read_text(encoding="utf-8").strip() if reference.is_file() else "",
    )
