"""The page in a real browser: what a visitor does, and what no article may do to one."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from multiprocessing.connection import Listener
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_fakes import STUBBORN, to_the_end, waiting
from web_server import STORM, quick_desk, serving

import summarizer.pipeline
from models import load_encoder
from summarizer import cli

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync""".split()
SERIOUS = ("serious", "critical")
EXAMPLES = Path(__file__).parents[1] / "examples"
if not os.environ.get("CI"):
    # Where the checks run for everybody, their absence is a failure, not a skip.
    pytest.importorskip("gradio", reason="the page's extra is not installed")
    pytest.importorskip("playwright", reason="Playwright is not installed")
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@pytest.fixture(scope="module")
def line() -> Iterator[Listener]:
    """Where the desk's fakes call the test."""
    with waiting() as listener:
        yield listener


@pytest.fixture(scope="module")
def address(line: Listener) -> Iterator[str]:
    with serving(quick_desk(line.address)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, address: str, **options: object) -> Page:
    """The page in a session of its own; anything it asks of others, or logs as wrong, fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.wrong = []  # type: ignore[attr-defined]
    own = (address, "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else page.wrong.append(r.url))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.wrong.append(str(error)))  # type: ignore[attr-defined]
    page.on("dialog", lambda dialog: (page.wrong.append(dialog.message), dialog.dismiss()))  # type: ignore[attr-defined]
    page.goto(address)
    page.wait_for_selector("#write")
    return page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = open_page(browser, address)
    yield page
    page.context.close()
    assert page.wrong == []  # type: ignore[attr-defined]


def paste(page: Page, text: str, *, articles: int) -> None:
    """Put a text on the desk and wait until so many articles lie there."""
    page.locator("#paste textarea").fill(text)
    page.locator("#add").click()
    page.wait_for_function(f"document.querySelectorAll('.card').length === {articles}")


def write(page: Page) -> None:
    page.locator("#write").click()
    page.wait_for_selector(".sheet .s")
    page.wait_for_selector("#write:visible")


def test_example_to_briefing_and_takeaway(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken away is, byte for byte, what the command line writes."""
    page.get_by_role("button", name="Harbour bridge").click()
    page.wait_for_selector(".sheet .s")
    assert page.locator(".card").count() == 5
    lexical = load_encoder("lexical")
    monkeypatch.setattr(summarizer.pipeline, "load_encoder", lambda name: lexical)
    for name in ("text", "markdown", "html", "json"):
        expected = tmp_path / name
        arguments = ["brief", str(EXAMPLES / "harbour-bridge"), "--format", name]
        arguments += ["--writer", "extractive"]  # as the page's fake does
        with pytest.raises(SystemExit) as ended:
            cli.main([*arguments, "--output", str(expected)])
        assert not ended.value.code
        with page.expect_download() as download:
            page.locator(f"#download-{name}").click()
        got = tmp_path / download.value.suggested_filename
        download.value.save_as(got)
        assert got.name == f"briefing{cli_suffix(name)}"
        if name != "json":
            assert got.read_bytes() == expected.read_bytes()
            continue
        mine, theirs = (json.loads(path.read_text()) for path in (got, expected))
        assert mine.pop("timings").keys() == theirs.pop("timings").keys()
        assert mine == theirs
        assert page.locator(".sheet .s").all_inner_texts() == [
            " ".join(sentence["text"].split()) for sentence in mine["sentences"]
        ]
        assert page.locator(".headline").inner_text() == mine["headline"]

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#copy").click()
    page.wait_for_function("document.querySelector('#copy').innerText === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == (tmp_path / "text").read_text()


def cli_suffix(name: str) -> str:
    return {"text": ".txt", "markdown": ".md", "html": ".html", "json": ".json"}[name]


def test_every_tab_has_its_say(page: Page) -> None:
    page.get_by_role("button", name="Harbour bridge").click()
    page.wait_for_selector(".sheet .s")
    page.get_by_role("tab", name="Sources").click()
    page.wait_for_selector("#sources .article .text mark.cited")
    assert page.locator("#sources .article").count() == 5
    assert page.locator("#sources .junk").count() > 0
    assert page.locator("#sources .kept").count() > 0
    page.get_by_role("tab", name="Duplicates").click()
    page.wait_for_selector("#duplicates .repeats")
    page.get_by_role("tab", name="Salience").click()
    page.wait_for_selector("#salience svg .dot.used")
    page.get_by_role("tab", name="Run").click()
    page.wait_for_selector("#run .timings")
    assert page.locator("#run .timings tr").count() >= 8
    page.get_by_role("tab", name="Evaluate").click()
    page.locator("#score").click()
    page.wait_for_selector("#scores table")
    assert page.locator("#scores tbody th").all_inner_texts() == [
        "This briefing",
        "Lead",
        "LexRank",
    ]
    assert "rouge|v:" in page.locator("#scores .signature").inner_text()


def test_pasted_articles_are_split_removed_and_summarized(page: Page) -> None:
    paste(page, f"{STORM[0]}\n---\n{STORM[1]}", articles=2)
    paste(page, STORM[2], articles=3)
    page.get_by_role("button", name="Remove article 2").click()
    page.wait_for_function("document.querySelectorAll('.card').length === 2")
    paste(page, STORM[1], articles=3)
    write(page)
    assert "Arden" in page.locator(".sheet").inner_text()
    page.locator("#clear").click()
    page.wait_for_selector(".pile.empty")


def test_files_and_a_zip_are_read_and_a_bad_file_is_named(page: Page, tmp_path: Path) -> None:
    for number, text in enumerate(STORM[:2]):
        (tmp_path / f"{number}.txt").write_text(text)
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    with zipfile.ZipFile(tmp_path / "folder.zip", "w") as file:
        file.writestr("inside/third.md", f"# Third\n\n{STORM[2]}")
    names = ["0.txt", "1.txt", "broken.docx", "folder.zip"]
    page.locator("#files input[type=file]").set_input_files([tmp_path / name for name in names])
    page.wait_for_function("document.querySelectorAll('.card').length === 3")
    assert "broken.docx" in page.locator("#pile .notices").inner_text()
    write(page)
    # The uploads are gone as soon as they are read.
    from gradio.utils import get_upload_folder

    assert not [p for p in Path(get_upload_folder()).rglob("*.*") if p.name in names]


def test_a_sentence_shows_its_sources_in_the_right_article(page: Page) -> None:
    page.get_by_role("button", name="Harbour bridge").click()
    page.wait_for_selector(".sheet .s")
    for number in (1, 3):
        sentence = page.locator(f'.s[data-s="{number}"]')
        sentence.click()
        lit = page.locator(".behind mark.on")
        assert lit.count() > 0
        text = " ".join(sentence.inner_text().split())
        assert text in [" ".join(t.split()) for t in lit.all_inner_texts()]
        marks = page.locator(f'.marks .mark[data-s="{number}"]').all_inner_texts()
        articles = lit.evaluate_all("marks => marks.map(m => m.closest('.article').dataset.d)")
        assert set(articles) == set(marks)
        assert lit.first.is_visible()
        assert sentence.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator(".behind mark.on").count() == 0
    page.locator('.s[data-s="2"]').focus()
    page.keyboard.press("Enter")
    assert page.locator(".behind mark.on").count() > 0
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.s") == "3"


def test_a_run_is_stopped_in_the_midst_of_encoding_and_started_again(
    page: Page, line: Listener
) -> None:
    paste(page, "\n---\n".join(STORM).replace("Arden", STUBBORN), articles=3)
    page.locator("#write").click()
    with line.accept() as encoder:
        page.wait_for_selector("#status .progress >> text=Reading for meaning …")
        page.locator("#stop").click()
        page.wait_for_selector("#status .message.stopped")
        with pytest.raises(EOFError):
            encoder.recv()  # its process is gone
    assert page.locator(".sheet").count() == 0
    page.locator("#clear").click()
    page.wait_for_selector(".pile.empty")
    paste(page, "\n---\n".join(STORM), articles=3)
    write(page)
    assert page.locator("#status .message").count() == 0


def test_an_example_opened_in_the_midst_of_a_run_takes_its_place(
    page: Page, line: Listener
) -> None:
    paste(page, "\n---\n".join(STORM), articles=3)
    page.locator("#settings button").first.click()
    page.get_by_label("slow").check()
    page.locator("#write").click()
    with line.accept() as first:
        page.get_by_role("button", name="Harbour bridge").click()
        with line.accept():
            with pytest.raises(EOFError):
                first.recv()  # its process is gone
            page.wait_for_selector("#status .progress >> text=Writing …")
            assert page.locator("#status .message").count() == 0
            page.locator("#stop").click()
            page.wait_for_selector("#status .message.stopped")
    assert page.locator(".card").count() == 5


def test_sentences_appear_as_they_are_written_and_are_then_checked(
    page: Page, line: Listener
) -> None:
    paste(page, "\n---\n".join(STORM), articles=3)
    page.locator("#settings button").first.click()
    page.get_by_label("slow").check()
    page.locator("#write").click()
    drafts = page.locator(".sheet .draft")
    with line.accept() as writer:
        for number in (1, 2, 3):
            writer.send("on")
            page.wait_for_function(
                f"document.querySelectorAll('.sheet .draft').length === {number}"
            )
            assert page.locator(".sheet .s").count() == 0
        assert "may still change" in page.locator(".sheet").inner_text()
        told = drafts.all_inner_texts()
        to_the_end(writer)
        page.wait_for_selector(".sheet .s")
    assert drafts.count() == 0
    assert page.locator(".sheet .s").all_inner_texts()[:3] == told


def test_a_crash_is_told_and_the_next_run_works(page: Page) -> None:
    paste(page, "\n---\n".join(STORM), articles=3)
    page.locator("#settings button").first.click()
    page.get_by_label("crashing").check()
    page.locator("#write").click()
    page.wait_for_selector("#status .message.error >> text=fewer or shorter")
    page.get_by_label("Quotes only").check()
    write(page)
    assert page.locator("#status .message").count() == 0


HOSTILE = (
    '<script>alert(1)</script> "><img src=x onerror=alert(2)> '
    "${{alert(3)}} {{alert(4)}} ${alert(5)}"
)


def test_hostile_titles_texts_and_names_do_nothing(page: Page, tmp_path: Path) -> None:
    for number, text in enumerate(STORM):
        title = f"{HOSTILE} {number}"
        body = f"{text} The mayor wrote {HOSTILE} on the {number}th wall."
        (tmp_path / f"{number}<img src=x onerror=alert(6)>.json").write_text(
            json.dumps(
                {"title": title, "source": HOSTILE, "text": body, "id": f'"{HOSTILE}{number}'}
            )
        )
    page.locator("#files input[type=file]").set_input_files(sorted(tmp_path.iterdir()))
    page.wait_for_function("document.querySelectorAll('.card').length === 3")
    assert "<script>alert(1)</script>" in page.locator(".card-title").first.inner_text()
    write(page)
    for tab in ("Sources", "Duplicates", "Salience", "Run", "Briefing"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(100)
    assert page.locator(".panel script, .panel img, .panel [onerror]").count() == 0
    assert HOSTILE in page.locator(".article .text").first.text_content()  # type: ignore[operator]
    page.get_by_role("button", name="Remove article 1").click()  # its id is hostile as well
    page.wait_for_function("document.querySelectorAll('.card').length === 2")


def test_two_visitors_see_nothing_of_one_another(
    browser: Browser, address: str, page: Page
) -> None:
    other = open_page(browser, address)
    paste(page, "\n---\n".join(STORM), articles=3)
    write(page)
    assert other.locator(".card, .sheet").count() == 0
    secret = [text.replace("Arden", "Zyx").replace("storm", "flood") for text in STORM]
    paste(other, "\n---\n".join(secret), articles=3)
    write(other)
    write(page)
    assert "Zyx" in other.locator(".sheet").inner_text()
    assert "Zyx" not in page.locator("body").inner_text()
    assert "Arden" not in other.locator("body").inner_text()
    other.context.close()


def test_nothing_on_the_desk_is_said_kindly(page: Page) -> None:
    page.locator("#write").click()
    page.wait_for_selector("#status .message.hint")
    page.locator("#add").click()
    page.wait_for_selector("#pile .message")


@pytest.mark.parametrize("width", [390, 768])
def test_narrow_pages_do_not_scroll_sideways(browser: Browser, address: str, width: int) -> None:
    page = open_page(browser, address, color_scheme="dark")
    page.set_viewport_size({"width": width, "height": 844})
    page.reload()
    page.get_by_role("button", name="Tram vote").click()
    page.wait_for_selector(".sheet .s")
    page.locator(".s").first.click()
    page.wait_for_selector(".behind mark.on")
    box = page.locator(".behind").bounding_box()
    assert box is not None
    assert box["y"] > 300  # a sheet at the foot of the screen
    page.locator(".behind .close").click()
    assert not page.locator(".behind").is_visible()
    for tab in ("Sources", "Duplicates", "Salience", "Run", "Evaluate", "Briefing"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
    assert page.wrong == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_is_accessible(browser: Browser, address: str, scheme: str) -> None:
    """axe-core finds nothing serious or critical in any state of the page."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(browser, address, color_scheme=scheme, reduced_motion="reduce")

    def check() -> None:
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        bad = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in SERIOUS]
        assert bad == []

    check()
    page.get_by_role("button", name="Harbour bridge").click()
    page.wait_for_selector(".sheet .s")
    page.locator(".s").nth(1).click()
    check()
    page.locator("#settings button").first.click()
    page.locator("#advanced button").first.click()
    for tab in ("Sources", "Duplicates", "Salience", "Run", "Evaluate"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"#panel-{tab.lower()}:visible")
        check()
    page.context.close()
