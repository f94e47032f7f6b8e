"""Odd files, each with what must become of it: read, or set aside with a notice.

One table for every level: reading, the whole pipeline and the command line.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STORY = (
    "The ferry Alba ran aground off the harbour of Norden on Monday morning. "
    "All 62 passengers were brought ashore by noon, the coast guard said. "
    "Divers will look at the hull on Wednesday, and the line stays closed until then."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddFile:
    """``content`` is the bytes of the file, or makes a path of that name.

    ``readable`` says whether it yields a document; ``told`` is part of the notice
    ("" where none is due).
    """

    name: str
    content: bytes | Callable[[Path], None]
    readable: bool
    told: str = ""

    def put(self, folder: Path) -> Path:
        """The path, made in ``folder``."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content)
        return path


def odd_files() -> list[OddFile]:
    """All of them; the large ones hold a megabyte or two and are cheap to make."""
    good = [OddFile(name=n, content=c, readable=True, told=t) for n, c, t in _readable()]
    bad = [OddFile(name=n, content=c, readable=False, told=t) for n, c, t in _unreadable()]
    return good + bad


def _readable() -> list[tuple[str, bytes | Callable[[Path], None], str]]:
    story = STORY.encode()
    hebrew = "הספינה עלתה על שרטון ביום שני. כל הנוסעים הורדו לחוף בשלום."
    arabic = "جنحت العبارة صباح يوم الاثنين قبالة الميناء. ونُقل جميع الركاب إلى الشاطئ."
    chinese = "渡轮星期一上午在港口外搁浅。全部六十二名乘客中午前安全上岸。"
    japanese = "月曜日の朝、フェリーが港の沖で座礁した。乗客全員が正午までに上陸した。"
    russian = "Паром сел на мель у входа в порт в понедельник. Все пассажиры доставлены на берег."
    french = "Le ferry s’est échoué lundi près du port. Les passagers ont été évacués à midi."
    page = f"<html><head><title>Ferry aground</title></head><body><p>{STORY}</p></body></html>"
    rng = random.Random(7)
    return [
        ("one-word.txt", b"Ferry", ""),
        ("no-full-stop.txt", b"The ferry ran aground and all the passengers came ashore", ""),
        ("one-letter.txt", b"x", ""),
        ("digits.txt", b"62\n", ""),
        ("no-extension", story, ""),
        ("unknown.article", story, ""),
        ("UPPER.TXT", story, ""),
        ("one-line-1mb.txt", (STORY + " ").encode() * 4800, ""),
        ("one-word-1mb.txt", b"a" * 1_000_000, ""),
        ("short-lines-50000.txt", b"".join(b"Line %d.\n" % n for n in range(50_000)), ""),
        ("too-long.txt", b"The ferry ran aground. " * 100_000, "only its first"),
        ("some-nul-bytes.txt", story.replace(b"Monday", b"Mon\x00day"), ""),
        ("other-controls.txt", story.replace(b"noon", b"no\x07on\x1b[31m"), ""),
        ("utf8-bom.txt", b"\xef\xbb\xbf" + story, ""),
        ("utf16-le-bom.txt", b"\xff\xfe" + STORY.encode("utf-16-le"), ""),
        ("utf16-be-bom.txt", b"\xfe\xff" + STORY.encode("utf-16-be"), ""),
        ("utf16-le-unmarked.txt", STORY.encode("utf-16-le"), ""),
        ("utf32-le-bom.txt", b"\xff\xfe\x00\x00" + STORY.encode("utf-32-le"), ""),
        ("cp1252.txt", french.encode("cp1252"), ""),
        ("cp1251.txt", (russian * 3).encode("cp1251"), ""),
        ("shift-jis.txt", (japanese * 3).encode("shift_jis"), ""),
        ("gb18030.txt", (chinese * 3).encode("gb18030"), ""),
        ("broken-utf8.txt", (french * 3).encode() + b" caf\xc3", "not valid UTF-8"),
        ("lone-latin1-byte.txt", story + b" Caf\xe9.", ""),
        ("hebrew.txt", hebrew.encode(), ""),
        ("arabic.txt", arabic.encode(), ""),
        ("chinese.txt", chinese.encode(), ""),
        ("japanese.txt", japanese.encode(), ""),
        ("emoji.txt", "Ferry aground 🚢🌊. All safe 👨‍👩‍👧‍👦 🇩🇪!".encode(), ""),
        ("bidi-override.txt", f"The ferry \u202egnorw\u202c ran. {STORY}".encode(), ""),
        ("marks.txt", ("a" + "\u0301\u0316" * 100_000 + f" {STORY}").encode(), ""),
        ("mixed-newlines.txt", b"One line.\rTwo lines.\r\nThree lines.\n\nFour.", ""),
        ("separators.txt", "One line.\u2028Two lines.\u2029Three\u0085lines.".encode(), ""),
        ("no-break-spaces.txt", STORY.replace(" ", "\u00a0").encode(), ""),
        ("no-characters.txt", f"{STORY} \ufffe\uffff\ufdd0".encode(), ""),
        ("only-a-script.html", b"<html><script>while(1){}</script><p>Ferry safe.</p></html>", ""),
        ("scripts.html", page.replace("<p>", "<script>alert(1)</script><p>").encode(), ""),
        ("unclosed.html", f"<html><body><div><p>{STORY}<div><b>".encode(), ""),
        ("fragment.html", f"<p>{STORY}".encode(), "no article"),
        ("not-html.html", story, ""),
        ("declared-charset.html",
         f'<html><head><meta charset="iso-8859-1"></head><p>Café. {STORY}'.encode("latin-1"), ""),
        ("page-in-disguise.txt", f"<!DOCTYPE html>{page}".encode(), ""),
        ("many-tags.html", b"<p>The ferry.</p>" * 30_000, "too large"),
        ("list.json", json.dumps([{"text": STORY}, {"text": "Another."}]).encode(), ""),
        ("strings.json", json.dumps([STORY, "A second one."]).encode(), ""),
        ("object.json", json.dumps({"text": STORY, "title": "Ferry", "more": {}}).encode(), ""),
        ("bom.json", b"\xef\xbb\xbf" + json.dumps({"text": STORY}).encode(), ""),
        ("lines-in-disguise.json", b'{"text": "One here."}\n{"text": "Two here."}\n', ""),
        ("in-disguise.txt", json.dumps({"text": STORY}).encode(), ""),
        ("bracketed.txt", f"[Updated at noon] {STORY}".encode(), ""),
        ("braces.txt", f"{{sic}} {STORY}".encode(), ""),
        ("nested-in-a-text.txt", b"[" * 100_000 + story, ""),
        ("surrogates.json", b'{"text": "Lone \\ud800 half and \\ud83d\\udea2 whole."}', ""),
        ("same-ids.jsonl", b'{"text": "One.", "id": 1}\n{"text": "Two.", "id": 1}\n', "is taken"),
        ("one-bad-line.jsonl", b'{"text": "One."}\n{"text": \n"Three here."\n', "line 2"),
        ("blank-lines.jsonl", b'\n\n{"text": "One here."}\n\n', ""),
        ("bad-date.json", b'{"text": "Ferry aground.", "published": "soon"}', "YYYY-MM-DD"),
        ("doubtful-date.json", b'{"text": "Aground.", "published": "01/02/2024"}', "YYYY-MM-DD"),
        ("cluster.json", json.dumps({"documents": [STORY, {"text": "Two."}]}).encode(), ""),
        ("cluster-with-empty.json", json.dumps({"documents": [STORY, ""]}).encode(), "no words"),
        ("article.csv", f'text,title\n"{STORY}",Ferry\n'.encode(), ""),
        ("empty-markdown-title.md", f"# \n\n{STORY}".encode(), ""),
        ("unclosed-front-matter.md", f"---\ntitle: x\n\n{STORY}".encode(), ""),
        ("brackets.md", b"**a [b " * 2_000 + story, ""),
        ("name with\nline break \x1b[31m.txt", story, ""),
        ("🚢 Fähre [1] *.txt", story, ""),
        (os.fsdecode(b"name-in-latin-1-\xe9.txt"), story, ""),
        ("[glob]*.csv", f'text\n"{STORY}"\n'.encode(), ""),
        ("-", story, ""),
        ("deep/er/and/deeper.txt", story, ""),
        ("minimal.docx", _docx(STORY), ""),
        ("word-in-disguise.txt", _docx(STORY), ""),
        ("minimal.pdf", pdf(STORY), ""),
        ("pdf-in-disguise.txt", pdf(STORY), ""),
        ("random-letters.txt", bytes(rng.choices(range(33, 127), k=200_000)), ""),
    ]  # fmt: skip


def _unreadable() -> list[tuple[str, bytes | Callable[[Path], None], str]]:
    rng = random.Random(11)
    noise = rng.randbytes(50_000)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + rng.randbytes(300)
    two = json.dumps({"documents": [STORY]})
    return [
        ("empty.txt", b"", "is empty"),
        ("empty.pdf", b"", "is empty"),
        ("empty.docx", b"", "is empty"),
        ("empty.html", b"", "is empty"),
        ("empty.json", b"", "is empty"),
        ("empty.csv", b"", "is empty"),
        ("empty.parquet", b"", "is empty"),
        ("spaces.txt", b"  \n\t \r\n ", "white space"),
        ("only-bom.txt", b"\xef\xbb\xbf", "white space"),
        ("no-break-spaces-only.txt", "\u00a0\u3000\u200b".encode(), "no words"),
        ("punctuation.txt", b"... --- !!! ???", "no words"),
        ("emoji-only.txt", "🚢🌊".encode(), "no words"),
        ("nul-bytes.txt", b"\x00" * 10_000, "binary"),
        ("noise.txt", noise, "binary"),
        ("noise", noise, "binary"),
        ("noise.html", noise, "binary"),
        ("noise.json", noise, "binary"),
        ("noise.csv", noise, "binary"),
        ("noise.pdf", noise, "not a PDF"),
        ("noise.docx", noise, "not a Word document"),
        ("noise.parquet", noise, "not a Parquet file"),
        ("too-large.txt", _sparse, "larger than 20 MB"),
        ("too-large.html", b"<p>The ferry." * 400_000, "HTML page of more than"),
        ("zip.txt", _zip({"a.txt": STORY.encode()}), "zip archive"),
        ("zip.docx", _zip({"a.txt": STORY.encode()}), "not a Word document"),
        ("bomb.docx", _bomb(), "unpack to more than"),
        ("cut.docx", _docx(STORY)[:400], "damaged"),
        ("no-xml.docx", _zip({"word/document.xml": b"no xml"}), "damaged"),
        ("no-text.docx", _docx(""), "without text"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise, "password-locked"),
        ("image.txt", png, "image"),
        ("jpeg.html", b"\xff\xd8\xff\xe0" + noise, "image"),
        ("gzip.txt", gzip.compress(STORY.encode()), "unpack it first"),
        ("xz.jsonl", lzma.compress(STORY.encode()), "unpack it first"),
        ("rich.txt", rb"{\rtf1\ansi The ferry ran aground.}", "RTF"),
        ("truncated.pdf", pdf(STORY)[:400], "damaged"),
        ("no-trailer.pdf", pdf(STORY).split(b"xref")[0], "damaged"),
        ("only-a-header.pdf", b"%PDF-1.7\n", ""),
        ("scanned.pdf", pdf(""), "OCR"),
        ("locked.pdf", _locked_pdf(), "password-locked"),
        ("pages-in-a-circle.pdf", pdf(STORY).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), ""),
        ("no-text.html", b"<html><title>x</title><body></body></html>", "without text"),
        ("deep.html", b"<div>" * 20_000 + STORY.encode(), "without text"),
        ("only-comments.html", b"<!--" * 50_000, "without text"),
        ("script-only.html", b"<html><script>let a = 'The ferry';</script></html>", "without text"),
        ("nested.json", b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        ("nested-text.json", b'{"text":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        ("cut-off.json", b'{"text": "The ferry', "not valid JSON"),
        ("number.json", b"42", "text or documents"),
        ("null.json", b"null", "text or documents"),
        ("empty-list.json", b"[]", "holds no document"),
        ("other-keys.json", b'{"body": "The ferry ran aground."}', "'body'"),
        ("text-is-a-list.json", b'{"text": ["The ferry"]}', "has no text"),
        ("empty-text.json", b'{"text": " "}', "no words"),
        ("huge-number.json", b'{"text": ' + b"9" * 10_000 + b"}", "not valid JSON"),
        ("all-bad.jsonl", b"{\n{\n{\n{\n", "and 1 more"),
        ("several-clusters.jsonl", f"{two}\n{two}\n".encode(), "2 clusters"),
        ("empty-cluster.json", b'{"documents": []}', "without documents"),
        ("cluster-of-numbers.json", b'{"documents": [1, 2]}', "text or documents"),
        ("cluster-in-cluster.json", json.dumps({"documents": [{"documents": []}]}).encode(),
         "cluster inside a cluster"),
        ("documents-is-text.json", b'{"documents": "The ferry"}', "not a list"),
        ("no-column.csv", b"headline,body\na,b\n", "'headline'"),
        ("only-a-header.csv", b"text,title\n", "holds no document"),
        ("open-quote.csv", b'text,title\n"The ferry', ""),
        ("cut.parquet", b"PAR1" + noise[:200], "damaged"),
        ("image.png", png, "format"),
        ("program.py", b"print('The ferry')", "format"),
        ("dangling.txt", lambda path: path.symlink_to(path.parent / "nowhere"), "leads nowhere"),
        ("circle.txt", lambda path: path.symlink_to(path), "leads nowhere"),
        ("outside.txt", lambda path: path.symlink_to("/etc/hostname"), "leads out"),
        ("outside-folder", lambda path: path.symlink_to("/usr/share"), "leads out"),
        ("pipe.txt", lambda path: os.mkfifo(path), "not a regular file"),
        (".hidden.txt", STORY.encode(), ""),
        ("__MACOSX.zip", _zip({}), "format"),
    ]  # fmt: skip


def pdf(text: str, *, lines: tuple[str, ...] = (), pages: int = 1) -> bytes:
    """A PDF written by hand: ``text`` (or ``lines``) on each of its pages, Helvetica."""

    def escaped(line: str) -> bytes:
        return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252")

    body = b"".join(b"(%s) Tj T* " % escaped(line) for line in lines or (text,))
    stream = zlib.compress(b"BT /F1 11 Tf 14 TL 50 780 Td " + body + b"ET")
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(pages))
    content, font = 3 + pages, 4 + pages
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
    page += b"/Resources << /Font << /F1 %d 0 R >> >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        *[page % (content, font)] * pages,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(out))
    )


def _locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(STORY))))
    writer.encrypt("a secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _docx(text: str) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _bomb() -> bytes:
    """A small .docx whose directory says that it would unpack to 200 MB."""
    data = bytearray(_zip({"word/document.xml": b"<w:document/>"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 200_000_000)
    return bytes(data)


def _sparse(path: Path) -> None:
    """30 MB that take no room on the disk."""
    with path.open("wb") as file:
        file.truncate(30_000_000)
