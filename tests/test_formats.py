"""Formats: what each kind of file gives, and encodings, characters and dates."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_files import STORY, pdf

from summarizer import formats
from summarizer.decoding import decode, harmless, printable
from summarizer.pdf import dehyphenate, paragraphs
from summarizer.reading import read_documents
from summarizer.records import Document
from summarizer.structured import parse_date

PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>Ferry aground off Norden - Coast Courier</title>
<meta property="og:site_name" content="Coast Courier">
<meta property="article:published_time" content="2024-03-05T10:00:00Z"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/sea">Sea</a></li></ul></nav>
<article><h1>Ferry aground off Norden</h1><p>{STORY}</p>
<p>The owners said that a <em>new</em> rudder had been fitted in January.</p>
<script>track("reader")</script></article><footer>Copyright 2019</footer></body></html>"""


def _one(path: Path) -> Document:
    found = read_documents([path])
    assert found.notices == ()
    (document,) = found.documents
    return document


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_html_gives_text_title_date_and_source(tmp_path: Path) -> None:
    document = _one(_write(tmp_path / "a.html", PAGE))
    assert document.title == "Ferry aground off Norden"
    assert document.source == "Coast Courier"
    assert document.published == dt.date(2024, 3, 5)
    assert STORY in document.text.split("\n\n")
    assert "Home" not in document.text
    assert "track" not in document.text


def test_html_without_a_declared_date_has_none(tmp_path: Path) -> None:
    page = PAGE.replace("2024-03-05T10:00:00Z", "")
    assert _one(_write(tmp_path / "a.html", page)).published is None


def test_a_short_html_page_keeps_its_blocks_apart(tmp_path: Path) -> None:
    page = (
        "<html><body><h1>Docks reopen</h1><div>Kim Vale, Port reporter</div>"
        "<div>A crane at dawn.</div></body></html>"
    )
    document = _one(_write(tmp_path / "a.html", page))
    lines = ("Docks reopen", "Kim Vale, Port reporter", "A crane at dawn.")
    assert document.text == "\n\n".join(lines)


def test_a_short_html_page_is_not_broken_at_its_links(tmp_path: Path) -> None:
    line = "The docks reopened on Monday after a week of repairs, the port said."
    page = (
        f"<html><body><div>{line.replace('repairs', '<a href=x>repairs</a>')}</div></body></html>"
    )
    assert _one(_write(tmp_path / "a.html", page)).text == line


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Docks reopen Kim Vale A crane.", True),
        ("Docks reopen\n\nKim Vale\n\nA crane.", False),
        ("A crane.", False),
    ],
)
def test_blocks_run_together_are_noticed(body: str, found: bool) -> None:
    assert formats._misread(body, "Docks reopen\n\nKim Vale\n\nA crane.") is found


def test_html_too_large_for_an_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_HTML_TAGS", 5)
    page = "<p>Ferry <b>safe</b>.</p><style>p {}</style><div>Later<br>more.</div>"
    found = read_documents([_write(tmp_path / "a.html", page)])
    assert found.documents[0].text == "Ferry safe.\n\nLater\n\nmore."
    (notice,) = found.notices
    assert notice.endswith("look for the article in it; all its text is used.")


def test_markdown(tmp_path: Path) -> None:
    source = """---
title: "The ferry: a report"
date: 2024-03-05
source: Coast Courier
---

# Ferry aground

The **Alba** ran [aground](https://example.org) off
Norden. ![a photo](x.png)

* Nobody was hurt.
* The line is closed.
"""
    document = _one(_write(tmp_path / "a.md", source))
    assert document.title == "The ferry: a report"
    assert document.source == "Coast Courier"
    assert document.published == dt.date(2024, 3, 5)
    assert document.text == (
        "Ferry aground\n\nThe Alba ran aground off\nNorden.\n\n"
        "• Nobody was hurt.\n\n• The line is closed."
    )


def test_markdown_title_is_the_first_heading(tmp_path: Path) -> None:
    assert _one(_write(tmp_path / "a.md", "# Ferry *aground*\n\nText.")).title == "Ferry aground"


def test_pdf_lines_become_paragraphs(tmp_path: Path) -> None:
    lines = (
        "Ferry aground off Norden",
        "The ferry Alba ran aground off the harbour on Monday mor-",
        "ning. All 62 passengers were brought ashore by noon, the",
        "coast guard said.",
        "Divers will look at the hull on Wednesday, and the line",
        "stays closed until then.",
    )
    document = _one(_write(tmp_path / "a.pdf", pdf("", lines=lines)))
    assert document.text.split("\n\n")[0] == lines[0]
    assert "Monday morning. All 62" in document.text
    assert document.text.split("\n\n")[-1].startswith("Divers")
    assert document.published is None


def test_pdf_running_heads_and_page_numbers_go() -> None:
    pages = [f"Coast Courier {n}\nSentence {word} stands here.\nPage {n} of 4"
             for n, word in enumerate(["one", "two", "three", "four"], start=1)]  # fmt: skip
    text = paragraphs(pages)
    assert "Courier" not in text
    assert "Page" not in text
    assert text.count("stands here.") == 4


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("an inter-\nnational event", "an international event"),
        ("a long-\nterm plan, long-term indeed", "a long-term plan, long-term indeed"),
        ("state run, state run, state-\nrun", "state run, state run, state-run"),
        ("in 2020-\n2021", "in 2020-\n2021"),
        ("Jean-\nPaul", "Jean-\nPaul"),
        ("soft\u00ad\nly", "softly"),
        ("inter-\nnational, and", "international, and"),
    ],
)
def test_dehyphenate(text: str, joined: str) -> None:
    assert dehyphenate(text) == joined


def test_docx_paragraphs_tables_and_title(tmp_path: Path) -> None:
    import docx

    source = docx.Document()
    source.core_properties.title = "Ferry aground"
    source.add_paragraph("First paragraph.")
    table = source.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Passengers", "62"
    source.add_paragraph("Last paragraph.")
    source.save(str(tmp_path / "a.docx"))
    document = _one(tmp_path / "a.docx")
    assert document.text == "First paragraph.\n\nPassengers | 62\n\nLast paragraph."
    assert document.title == "Ferry aground"
    assert document.published is None


RECORDS = [
    {"text": "One here.", "title": "First", "source": "Courier", "published": "2024-03-05"},
    {"text": "Two here.", "title": "", "source": "", "published": ""},
]


def _save(path: Path) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps(RECORDS))
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    elif path.suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(RECORDS[0]))
            writer.writeheader()
            writer.writerows(RECORDS)
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(RECORDS), path)
    return path


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".parquet"])
def test_records(suffix: str, tmp_path: Path) -> None:
    found = read_documents([_save(tmp_path / f"a{suffix}")])
    assert found.notices == ()
    assert found.documents == (
        Document(doc_id=f"a{suffix}#1", text="One here.", title="First", source="Courier",
                 published=dt.date(2024, 3, 5)),
        Document(doc_id=f"a{suffix}#2", text="Two here."),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Le ferry s’est échoué — tous sont saufs."),
        ("utf-8-sig", "Le ferry s’est échoué — tous sont saufs."),
        ("utf-16", "Le ferry s’est échoué — tous sont saufs."),
        ("utf-32", "Le ferry s’est échoué — tous sont saufs."),
        ("utf-16-le", "The ferry ran aground — all are safe."),
        ("utf-16-be", "The ferry ran aground — all are safe."),
        ("cp1252", "Le ferry s’est échoué lundi près du port. Tous ont été évacués à midi."),
        ("cp1252", "“All are safe,” the captain’s office said — and that was all."),
        ("cp1252", "Die Fähre lief auf Grund. „Es war kühl“, sagte eine Passagierin."),
        ("cp1252", "Fergen gikk på grunn mandag. Årsaken er ennå ikke kjent på Møre."),
        ("cp1250", "Prom wszedł na mieliznę. Śledztwo trwa, żaden pasażer się nie utopił."),
        ("cp1251", "Паром сел на мель у входа в порт в понедельник, все спасены."),
        ("cp1252", "Le président a été reçu à l’Élysée, où il a parlé."),
        ("cp1252", "Señor Peña llegó a la reunión."),
        ("cp1252", "El niño comió en la mañana."),
        ("cp1252", "Der Zug fährt in die Höhen."),
        ("cp1252", "O avião não chegou à região."),
        ("cp1252", "The café was full."),
        ("cp1252", "“Yes,” she said – it cost £5."),
        ("cp1250", "Przyjechał do Łodzi w sobotę."),
        ("cp1250", "Příliš mnoho vody, řekl starosta."),
        ("cp1250", "Az erdő fölött köd ült."),
        ("cp1250", "Guvernul a anunţat că va reduce preţurile."),
        ("iso8859_2", "Přišel včera večer, řekl ministr školství."),
        ("cp1254", "Gemi karaya oturdu, yolcuların hepsi kurtarıldı."),
        ("cp1257", "Prāmis uzskrēja uz sēkļa."),
        ("cp1251", "Москва"),
        ("koi8_r", "Паром сел на мель, все спасены."),
        ("cp1255", "הספינה עלתה על שרטון."),
        ("cp1256", "جنحت السفينة قرب الميناء."),
        ("big5", "渡輪星期一上午擱淺。"),
        ("euc_jp", "月曜日の朝、フェリーが座礁した。"),
        ("cp1253", "Το πλοίο προσάραξε τη Δευτέρα έξω από το λιμάνι, όλοι είναι καλά."),
        ("shift_jis", "月曜日の朝、フェリーが港の沖で座礁した。"),
        ("gb18030", "渡轮星期一上午在港口外搁浅。全部乘客安全上岸。"),
        ("euc_kr", "월요일 아침 여객선이 항구 앞바다에서 좌초했다. 승객은 모두 무사하다."),
    ],
)
def test_encodings(encoding: str, text: str) -> None:
    assert harmless(decode(text.encode(encoding))[0]) == text


def test_a_guess_from_little_evidence_is_said() -> None:
    _, notice = decode("Koń na górze.".encode("cp1250"))
    assert notice is not None
    assert "is a guess" in notice
    assert "CP1250" in notice
    long = "Le président a été reçu à l’Élysée, où il a parlé à la presse. " * 3
    assert decode(long.encode("cp1252")) == (long, None)
    # Every code page in question gives the same letters.
    assert decode("The café was full.".encode("cp1252")) == ("The café was full.", None)


def test_damaged_utf8_stays_utf8() -> None:
    text, notice = decode("Il a été évacué à midi, très tôt.".encode()[:-1] + b"\xc3")
    assert text == "Il a été évacué à midi, très tôt\ufffd"
    assert notice is not None
    assert "UTF-8" in notice


@given(st.text())
def test_utf8_is_never_guessed_otherwise(text: str) -> None:
    data = text.encode("utf-8", "replace")
    assert decode(b"\xef\xbb\xbf" + data) == (data.decode(), None)


@given(st.text(alphabet=st.characters(), max_size=60))
def test_harmless_is_idempotent_and_encodable(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once
    once.encode()
    assert "\r" not in once


@given(st.text())
def test_printable_is_printable(name: str) -> None:
    assert printable(name).isprintable()


def test_harmless() -> None:
    assert harmless("\ufeffOne\r\ntwo\rthree\u2028four\u2029five\x85six") == (
        "One\ntwo\nthree\nfour\n\nfive\nsix"
    )
    assert harmless("a\x00b\x1b[31m c\u00a0d\u202fe f\u00adg\u200bh\ti") == "ab[31m c d e fgh\ti"
    assert harmless("cafe\u0301") == "café"
    assert harmless("\ud83d\udea2 \ud83d") == "🚢 \ufffd"
    assert harmless("می\u200cخواهم 👨\u200d👩") == "می\u200cخواهم 👨\u200d👩"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-01-12", dt.date(2024, 1, 12)),
        ("2024-01-12T23:30:00Z", dt.date(2024, 1, 12)),
        ("2024-01-12T23:30:00+05:30", dt.date(2024, 1, 12)),
        ("January 21st, 2024", dt.date(2024, 1, 21)),
        ("21 January 2024 at 11:40 IST", dt.date(2024, 1, 21)),
        ("Sun, 21 Jan 2024 11:40:00 GMT", dt.date(2024, 1, 21)),
        ("21/01/2024", dt.date(2024, 1, 21)),
        ("20240121", dt.date(2024, 1, 21)),
        (dt.date(2024, 1, 21), dt.date(2024, 1, 21)),
        (dt.datetime(2024, 1, 21, 9), dt.date(2024, 1, 21)),
        ("01/02/2024", None),
        ("02/02/2024", dt.date(2024, 2, 2)),
        ("January 2024", None),
        ("January 21", None),
        ("2024", None),
        ("2024-02-31", None),
        ("soon", None),
        ("", None),
        (20240121, None),
        (None, None),
        (["2024-01-21"], None),
    ],
)
def test_dates(value: object, day: dt.date | None) -> None:
    assert parse_date(value) == day


@given(st.dates(min_value=dt.date(1900, 1, 1)))
def test_dates_written_out(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%d %B %Y}") == day
