"""Cleaning: pages imitated from many kinds of sites, and the properties that always hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.cleaning import clean
from summarizer.dates import read_stamp
from summarizer.records import Cleaning, Document
from summarizer.words import collapse

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "putin-north-korea"

LEAD = (
    "The harbour bridge in Westmere was closed on Tuesday after engineers found cracks in a pier."
)
MORE = "Traffic is being sent over the old stone crossing, the city council said in a statement."
LAST = (
    "An inspection of the remaining piers will take at least three weeks, according to the mayor."
)
BODY = (LEAD, MORE, LAST)


def run(*texts: str, **fields: object) -> Cleaning:
    documents = [
        Document(doc_id=f"d{i}", text=text, **fields)  # type: ignore[arg-type]
        for i, text in enumerate(texts)
    ]
    return clean(documents)


def kept(cleaning: Cleaning, index: int = 0) -> tuple[str, ...]:
    document = cleaning.documents[index]
    assert document.body is not None
    return tuple(collapse(document.text[span.start : span.end]) for span in document.body)


def reasons(cleaning: Cleaning) -> dict[str, str]:
    return {collapse(part.text): part.reason for part in cleaning.dropped}


class Page(NamedTuple):
    """A line of a page beside an article, and the reason to drop it (None: it stays)."""

    line: str
    reason: str | None


INSIDE = [  # between the first and the second paragraph
    Page("Advertisement", "boilerplate"),
    Page("ADVERTISEMENT - CONTINUE READING BELOW", "boilerplate"),
    Page("Story continues below", "boilerplate"),
    Page("Sign up for our morning newsletter and never miss a story.", "boilerplate"),
    Page("Read more: Ten bridges that changed the county", "teaser"),
    Page("READ ALSO: Ferry fares to rise in spring", "teaser"),
    Page("Subscribe to our newsletter", "boilerplate"),
    Page("Follow us on Twitter and Facebook for the latest.", "boilerplate"),
    Page("This video is not available in your country.", "boilerplate"),
    Page("We use cookies to improve your experience on this site.", "boilerplate"),
    Page("The closed pier seen from the harbour wall (Photo: Ina Brandt)", "caption"),
    Page("Engineers on the pier on Tuesday. Ina Brandt/Getty Images", "caption"),
    Page("FILE PHOTO: The bridge at its opening in 1961.", "caption"),
    Page("Image caption The bridge carries 40,000 vehicles a day", "caption"),
    Page("REUTERS/Ina Brandt", "caption"),
    Page("## What the engineers found", "heading"),
    Page("What the engineers found under the waterline", "heading"),
    Page("Years of warnings", "heading"),
    Page("pic.twitter.com/aBcDeFgHiJ", "embed"),
    Page("— Westmere Council (@westmere) March 3, 2023", "embed"),
    Page("https://example.org/bridge?id=7", "navigation"),
    Page("***", "markup"),
    Page('<div class="ad-slot" id="x"></div>', "markup"),
    Page("[Share](https://example.org/share)", "navigation"),
    Page("Share Tweet Email Print", "navigation"),
    Page("Listen to this article", "navigation"),
    Page("4 min read", "navigation"),
    Page("12 Comments", "comments"),
    # What must stay:
    Page("He left a comment on the page and asked readers to leave a reply.", None),
    Page("The advertisement, which ran for a year, praised the bridge.", None),
    Page("Cookies and tea were handed out to stranded drivers.", None),
    Page("She said a photo of the crack had been taken by Reuters.", None),
    Page("By Monday night all of the ferries were full.", None),
    Page("Copyright law was not the issue here.", None),
    Page("He told the council:", None),
    Page("“It was bound to happen.”", None),
    Page("On March 3, 2023 the council was warned of the cracks.", None),
    Page("Reporting by the council's own engineers had missed it.", None),
    Page("Reply came there none.", None),
    Page("Who pays for the repair?", None),
    Page("He did not answer questions outside the court", None),
    Page("Contact with the ferry was lost at noon.", None),
]

BEFORE = [  # before the headline
    Page("Home | News | Sport | Weather", "navigation"),
    Page("Skip to content", "navigation"),
    Page("Home › Local › Westmere", "navigation"),
    Page("Startseite Politik Wirtschaft Sport", "navigation"),
    Page("Accueil Politique Monde Culture", "navigation"),
    Page("Главная Новости Спорт", "navigation"),
    Page("Inicio | Mundo | Deportes | Cultura", "navigation"),
    Page("Log in", "navigation"),
]

UNDER_TITLE = [
    Page("By Jane Roe", "byline"),
    Page("BY JANE ROE AND JOHN DOE", "byline"),
    Page("By Jane Roe, Staff Writer", "byline"),
    Page("Jane Roe, Associated Press", "byline"),
    Page("Reuters Staff", "byline"),
    Page("News Desk", "byline"),
    Page("jane.roe@example.org", "byline"),
    Page("Von Erika Muster", "byline"),
    Page("Updated March 3rd, 2023 at 11:40 IST", "stamp"),
    Page("Published: 3 March 2023", "stamp"),
    Page("Posted on March 3, 2023 by admin", "stamp"),
    Page("3 hours ago", "stamp"),
    Page("Share this article", "navigation"),
    Page("A deck says in one sentence what the story of the bridge is.", None),
]

AFTER = [  # what follows the last paragraph, one page each
    ("Leave a Reply", "Your email address will not be published. Required fields are marked *"),
    ("Previous Article", "Mayor Opens the New Library", "Next Article", "Choir Wins a Prize"),
    ("Related articles", "Ferry fares to rise in spring", "Why old piers crack so often"),
    ("Tags: bridge, harbour, council", "#bridge #westmere"),
    ("© 2023 The Westmere Herald. All rights reserved.",),
    ("Copyright 2023 Example Press. All rights reserved. This material may not be published.",),
    ("(Reporting by Jane Roe; Editing by John Doe)",),
    ("Most read", "1. Ferry fares to rise in spring", "2. Choir wins a prize in Rome"),
    ("Write a Comment", "Name", "Email", "Website", "Post Comment"),
    ("Lesen Sie auch", "Fähren werden im Frühling teurer", "Kommentare"),
    ("Читайте также", "Паромы подорожают весной"),
    ("Be the first to comment", "Sign in to comment"),
    ("2 Comments", "Jane says:", "Great post, thanks to all of you who wrote it!", "Reply"),
    ("About us | Contact | Privacy | Terms", "Facebook Twitter Instagram"),
]


@pytest.mark.parametrize("page", INSIDE, ids=lambda page: page.line[:40])
def test_a_line_amid_the_article(page: Page) -> None:
    cleaning = run("\n\n".join((LEAD, page.line, MORE, LAST)))
    if page.reason is None:
        assert kept(cleaning) == (LEAD, page.line, MORE, LAST)
    else:
        assert kept(cleaning) == BODY
        assert page.reason in reasons(cleaning).values()


@pytest.mark.parametrize("page", BEFORE, ids=lambda page: page.line)
def test_a_line_above_the_headline(page: Page) -> None:
    cleaning = run("\n".join((page.line, "Cracks close the bridge at Westmere", *BODY)))
    assert kept(cleaning) == BODY
    assert reasons(cleaning)[page.line] == page.reason
    assert cleaning.documents[0].title == "Cracks close the bridge at Westmere"


@pytest.mark.parametrize("page", UNDER_TITLE, ids=lambda page: page.line)
def test_a_line_under_the_headline(page: Page) -> None:
    cleaning = run("\n\n".join(("Cracks close the bridge at Westmere", page.line, *BODY)))
    assert cleaning.documents[0].title == "Cracks close the bridge at Westmere"
    if page.reason is None:
        assert kept(cleaning) == (page.line, *BODY)
    else:
        assert kept(cleaning) == BODY
        assert reasons(cleaning)[page.line] == page.reason


@pytest.mark.parametrize("lines", AFTER, ids=lambda lines: lines[0])
def test_lines_after_the_article(lines: tuple[str, ...]) -> None:
    assert kept(run("\n\n".join((*BODY, *lines)))) == BODY


STATEMENTS = [  # sentences of an article that begin as boilerplate does
    "Editing by hand took the monks four years, the historian testified.",
    "Sign up for our cause, the activists shouted in the square.",
    "Stay tuned for the verdict on Friday, the clerk said.",
    "All rights reserved to the states remain untouched, the court held.",
    "All rights reserved to the states remain untouched after the ruling.",
    "By subscribing, you agree to arbitration: that clause is void, the judges wrote.",
    "Follow us on the path to peace, the bishop said.",
    "“Follow us on the path to peace,” said the bishop.",
    "Photo by photo, the archive is being restored.",
    "Subscribe to our view or leave, the chairman told members.",
    "Listen to this article of the constitution, the teacher said.",
    "Thank you for reading the petition, Ms. Lund told the council on Monday.",
    "Thank you for reading the petition, Mr. J. Lund of St. Olaf told the council on Monday.",
    "Support our journalism bill, the senator urged.",
    "Become a member of the party was the advice he got.",
    "Get the ferries in your inbox of worries, the captain said.",
    "Reporting by the inspectors and editing by the ministry delayed the release of the study.",
    "Image credit agencies have been hit by fraud.",
    "Image by image, the film was rebuilt.",
    "Loading of the ships resumed at noon.",
    "We use cookies as bait, the trapper explained.",
    "Thanks for reading between the lines, he joked to reporters.",
    "Trending upward, the water level was measured every hour.",
    "Five thoughts on the bridge were offered by the mayor.",
    "Appeared in the March print edition of the atlas, the map was wrong, she said.",
]


@pytest.mark.parametrize("sentence", STATEMENTS)
def test_a_sentence_that_only_begins_like_boilerplate_stays(sentence: str) -> None:
    for place in range(1, 4):
        lines = (*BODY[:place], sentence, *BODY[place:])
        assert kept(run("\n\n".join(lines))) == lines
    amid = (LEAD, f"{MORE} {sentence} {LAST}")
    assert kept(run("\n\n".join(amid))) == amid
    assert kept(run(amid[1])) == amid[1:]


def test_a_cut_ends_where_the_sentence_ends() -> None:
    paragraph = f"{MORE} Thank you for reading this report by Dr. Ina Brandt and Mr. J. Roe. {LAST}"
    assert kept(run("\n\n".join((LEAD, paragraph)))) == BODY


PAGE_ENDS = [  # below the last paragraph
    ("Appeared in the November 7, 2026, print edition as ‘Cracks Close the Bridge’.",),
    ("Jane Ostrander covers county government for the Gazette.",),
    ("Ina van Brandt is a staff writer at the Gazette. She lives in Tilby.", "Follow her on X"),
    (
        "5 thoughts on “Cracks close the bridge”",
        "Bob K. November 7, 2026 at 9:14 am",
        "I drove over it every day for years and nobody ever said a word to us.",
        "Reply",
        "Ann November 7, 2026 at 9:20 am",
        "Typical of the council to wait until the pier is falling into the sea.",
        "Reply",
    ),
    (
        "3 comments",
        "Bob K. November 7, 2026 at 9:14 am",
        "I drove over it every day for years and nobody ever said a word to us.",
        "Ann, 2 hours ago",
        "Typical of the council to wait until the pier is falling into the sea.",
        "They should have closed it when the first report came in, and that was in spring.",
    ),
]

ANYWHERE = [
    ("Trending", "1. Why eggs cost so much", "2. Ferry fares to rise in spring.", "3. Choir wins"),
    ("Most popular", "1. Why eggs cost so much", "2. Ferry fares to rise in spring."),
    ("« Mayor opens the new library", "Choir wins a prize in Rome »"),
    ("« Mayor opens the new library | Choir wins a prize »",),
    ("Get the day’s top stories in your inbox each morning.",),
    ("By entering your email you agree to our terms",),
    ("Like this: Like Loading...",),
    ("Privacy Notice: We may share your data with partners. Our newsletters may contain ads.",),
    ("For more information see our Privacy Policy.",),
    ("Our morning email breaks down the biggest stories",),
    ("Thank you for reading! Please consider a donation.",),
    ("Photos by staff photographer Jane Roe.",),
    ("Reporting by Jane Roe in Tilby; editing by John Doe",),
    ("All rights reserved. No part may be reproduced.",),
]


@pytest.mark.parametrize("lines", [*PAGE_ENDS, *ANYWHERE], ids=lambda lines: lines[0])
def test_what_other_sites_put_under_an_article(lines: tuple[str, ...]) -> None:
    assert kept(run("\n\n".join((*BODY, *lines)))) == BODY


@pytest.mark.parametrize("lines", ANYWHERE, ids=lambda lines: lines[0])
def test_what_other_sites_put_amid_an_article(lines: tuple[str, ...]) -> None:
    assert kept(run("\n\n".join((LEAD, *lines, MORE, LAST)))) == BODY


@pytest.mark.parametrize(
    "last",
    [
        "Jane Brandt is a reporter for the Gazette who was on the bridge.",
        "The first comment came from the mayor on March 3, 2023 at 9:14 am.",
        "« Nous avons fini », the French engineer wrote in the log.",
        "1. Close the bridge. 2. Mend the pier. That was the plan.",
    ],
)
def test_an_article_may_end_in_what_resembles_boilerplate(last: str) -> None:
    named = "Ms. Brandt said she had been afraid of the bridge that day."
    assert kept(run("\n\n".join((*BODY, named, last)))) == (*BODY, named, last)


def test_a_list_above_the_headline_does_not_take_it() -> None:
    headline = "Cracks close the bridge at Westmere"
    lines = ("Trending", "1. Why eggs cost so much", headline, *BODY)
    cleaning = run("\n\n".join(lines))
    assert cleaning.documents[0].title == headline
    assert kept(cleaning) == BODY


def test_a_comment_counter_above_the_article_does_not_take_it() -> None:
    lines = ("Cracks close the bridge", "3 comments", "Jane Roe, 3 March 2023 at 10:15", *BODY)
    assert kept(run("\n\n".join(lines))) == BODY


@pytest.mark.parametrize(
    "dateline",
    [
        "MOSCOW (AP) — ",
        "WASHINGTON, Jan 5 (Reuters) - ",
        "LONDON, 3 March 2023 (AFP) – ",
        "NEW YORK — ",
        "SAN JOSE, Calif. (AP) — ",
        "Pyongyang - ",
        "Moscow: ",
        "MOSCOW: ",
        "PORT ALDER (Meridian) — ",
        "TILBY, Oct 4 (North Agency) - ",
        "New Delhi: ",
        "(Reuters) - ",
        "(CNN) ",
        "Los angeles ( ap ) — ",
    ],
)
def test_dateline_goes(dateline: str) -> None:
    cleaning = run("\n\n".join((dateline + LEAD, MORE, LAST)))
    assert kept(cleaning) == BODY
    assert reasons(cleaning) == {dateline.strip(): "dateline"}


@pytest.mark.parametrize(
    "opening",
    [
        "Update: ",
        "The bridge - ",
        "He said (and meant it) — ",
        "Well-known: ",
        "In 1961 — ",
    ],
)
def test_what_only_looks_like_a_dateline_stays(opening: str) -> None:
    assert kept(run("\n\n".join((opening + LEAD, MORE, LAST)))) == (opening + LEAD, MORE, LAST)


def test_speakers_of_a_transcript_are_no_datelines() -> None:
    lines = (
        "Brandt: We saw the cracks in the pier on Monday.",
        "Roe: What did you do then about it?",
    )
    assert kept(run("\n\n".join((*lines, *BODY)))) == (*lines, *BODY)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Updated January 21st, 2024 at 11:40 IST", dt.date(2024, 1, 21)),
        ("Published: 3 March 2023", dt.date(2023, 3, 3)),
        ("2023-03-03", dt.date(2023, 3, 3)),
        ("March 3, 2023 by admin", dt.date(2023, 3, 3)),
        ("2023-03-03T10:15:00Z", dt.date(2023, 3, 3)),
        ("Posted on Mar. 3, 2023 | 10:15 am EST", dt.date(2023, 3, 3)),
        ("Posted by admin on March 3, 2023", dt.date(2023, 3, 3)),
        ("Written by Staff Reporter on November 7, 2026", dt.date(2026, 11, 7)),
        ("By Jane Roe, November 7, 2026 at 9:14 am", dt.date(2026, 11, 7)),
        ("Saturday, January 8, 2005", dt.date(2005, 1, 8)),
        ("By Jane Roe | Published 3 March 2023", dt.date(2023, 3, 3)),
        ("Stand: 3. März 2023, 10:15 Uhr", dt.date(2023, 3, 3)),
        ("Publié le 3 mars 2023 à 10h15", dt.date(2023, 3, 3)),
        ("3 de marzo de 2023", dt.date(2023, 3, 3)),
        ("3 марта 2023", dt.date(2023, 3, 3)),
        ("发布时间：2023年3月3日 10:15", dt.date(2023, 3, 3)),
        ("23/03/2023", dt.date(2023, 3, 23)),
        ("03/04/2023", None),  # either way round
        ("February 30, 2023", None),
        ("5 minutes ago", None),
    ],
)
def test_stamps(line: str, date: dt.date | None) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert stamp.date == date


@pytest.mark.parametrize(
    "line",
    [
        "The bridge was opened on 3 March 1961.",
        "On January 21st, 2024 the council met",
        "Published in 1961, the report named the cracks",
        "Written by hand on March 3, 2023",
        "By the evening of March 3, 2023",
        "Updated plans were shown on March 3, 2023 to the council",
        "May 2023",
        "3.2 million vehicles",
        "",
    ],
)
def test_a_mere_mention_of_a_date_is_no_stamp(line: str) -> None:
    assert read_stamp(line) is None


def test_first_publication_counts_before_a_later_update() -> None:
    lines = ("Cracks close the bridge", "Updated 5 March 2023", "Published 3 March 2023", *BODY)
    assert run("\n\n".join(lines)).documents[0].published == dt.date(2023, 3, 3)


def test_who_wrote_it_and_when_dates_the_document() -> None:
    line = "Written by Staff Reporter on November 7, 2026"
    cleaning = run("\n\n".join(("Cracks close the bridge", line, *BODY)))
    assert cleaning.documents[0].published == dt.date(2026, 11, 7)
    assert reasons(cleaning)[line] == "stamp"


def test_a_date_between_paragraphs_is_not_the_publication() -> None:
    assert run("\n\n".join((LEAD, "3 March 1961", MORE, LAST))).documents[0].published is None


def test_title_and_date_of_the_document_are_kept() -> None:
    text = "\n\n".join(("Cracks close the bridge", "Published 3 March 2023", *BODY))
    cleaning = run(text, title="Another title", published=dt.date(2020, 1, 1))
    document = cleaning.documents[0]
    assert (document.title, document.published) == ("Another title", dt.date(2020, 1, 1))
    assert document.text == text
    assert kept(cleaning) == BODY


def test_title_is_found_among_kicker_and_outlet_and_its_repeats_go() -> None:
    lines = (
        "LOCAL NEWS",
        "Cracks close the bridge at ‘Westmere’",
        "Cracks close the bridge at 'Westmere'",
        *BODY,
        "Cracks close the bridge at Westmere | The Herald",
    )
    cleaning = run("\n".join(lines))
    assert cleaning.documents[0].title == "Cracks close the bridge at ‘Westmere’"
    assert kept(cleaning) == BODY


def test_a_masthead_above_the_headline_is_not_the_title() -> None:
    masthead = "The Westmere Post"
    headline = "Cracks close harbour bridge in Westmere"
    cleaning = run("\n\n".join((masthead, "Home | News | Sport", headline, *BODY)))
    assert cleaning.documents[0].title == headline


def test_headline_that_ends_in_an_abbreviation() -> None:
    cleaning = run(
        "\n\n".join(("Ten years of cracked bridges and closed piers in the U.S.", *BODY))
    )
    assert (
        cleaning.documents[0].title == "Ten years of cracked bridges and closed piers in the U.S."
    )


def test_article_without_headline_has_no_title() -> None:
    assert run("\n\n".join(BODY)).documents[0].title is None


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "The harbour bridge in Westmere was closed on Tuesday after\n"
        "engineers found cracks in a pier. Traffic is being sent over\n"
        "the old stone crossing, the city council said in a statement\n"
        "that it read out to reporters.\n"
        "\n"
        "An inspection of the remaining piers will take at least three\n"
        "weeks, according to the mayor, who had asked for it in spring\n"
        "and was told to wait.\n"
    )
    cleaning = run(wrapped)
    assert [line[:11] for line in kept(cleaning)] == ["The harbour", "An inspecti"]
    assert not cleaning.dropped


def test_a_line_broken_before_a_small_letter_goes_on() -> None:
    broken = LEAD.replace(" after", "\nafter")
    assert kept(run("\n\n".join((broken, MORE, LAST)))) == BODY


def test_bullets_start_blocks_and_their_marks_go() -> None:
    items = ("The bridge is closed to all traffic", "Ferries run every ten minutes today")
    cleaning = run("\n".join((LEAD, f"• {items[0]}", f"• {items[1]}", MORE, LAST)))
    assert kept(cleaning) == (LEAD, *items, MORE, LAST)
    assert reasons(cleaning) == {"•": "markup"}


def test_embedded_post_goes_with_its_signature() -> None:
    post = "The #bridge is closed, please use the ferry today"
    signature = "— Westmere Council (@westmere) March 3, 2023"
    assert kept(run("\n".join((LEAD, post, signature, MORE, LAST)))) == BODY


def test_boilerplate_amid_one_long_line() -> None:
    page = f"{LEAD} ( photo: ina brandt ) {MORE} Click here to watch the video. {LAST}"
    text = page + " " + "The ferries were full by noon and the queues were long. " * 3
    body = " ".join(kept(run(text)))
    assert "brandt" not in body
    assert "Click here" not in body
    assert all(sentence in body for sentence in BODY)


def test_in_a_long_line_a_label_never_takes_the_article_with_it() -> None:
    text = f"Image copyright ina brandt {LEAD.lower()} {MORE} {LAST} Photo: {LEAD} {MORE}"
    assert "engineers found cracks" in kept(run(text))[0]


def test_a_long_phrase_goes_without_the_sentence_run_into_it() -> None:
    text = f"Media playback is unsupported on your device {LEAD.lower()} {MORE} {LAST}"
    assert kept(run(text)) == (f"{LEAD.lower()} {MORE} {LAST}",)


def test_a_paragraph_said_twice_counts_once() -> None:
    cleaning = run("\n\n".join((*BODY, LEAD)))
    assert kept(cleaning) == BODY
    assert reasons(cleaning) == {LEAD: "repeated"}


def test_lines_shared_by_documents_are_no_headline_but_shared_sentences_stay() -> None:
    slogan = "The Westmere Herald since 1890"
    first = "\n".join((slogan, "Cracks close the bridge at Westmere", *BODY))
    second = "\n".join(
        (
            slogan,
            "Choir wins prize in Rome",
            "The choir of the town won a prize in Rome on Sunday.",
            LAST,
        )
    )
    cleaning = run(first, second)
    assert [document.title for document in cleaning.documents] == [
        "Cracks close the bridge at Westmere", "Choir wins prize in Rome",
    ]  # fmt: skip
    assert LAST in kept(cleaning, 0)
    assert LAST in kept(cleaning, 1)


def test_a_forum_thread_keeps_its_posts() -> None:
    thread = (
        "Bridge closed again??", "jroe wrote: 3 March 2023, 10:15",
        "I drove past it this morning and there were engineers everywhere.", "Reply",
        "My cousin works there and he says it will take a month at least.", "Log in to reply",
    )  # fmt: skip
    posts = kept(run("\n".join(thread)))
    assert thread[2] in posts
    assert thread[4] in posts
    assert "Reply" not in posts


@pytest.mark.parametrize(
    "text",
    [
        "Bridge",
        "the bridge at westmere is closed",
        LEAD.upper() + "\n\n" + MORE.upper() + "\n\n" + LAST.upper(),
        " ".join(BODY).lower(),
        "- apples\n- pears\n- plums and cherries\n- bread",
        "周二，工程师在桥墩上发现裂缝，港口大桥关闭。\n\n市议会表示，车辆改走旧石桥。\n\n市长说检查需要三周。",
        "桥梁关闭",
        "أغلق جسر الميناء يوم الثلاثاء بعد أن عثر المهندسون على شقوق؟",
        "The tide comes in\nthe tide goes out\nnobody counts\nthe stones",
    ],
)
def test_odd_documents_survive_whole(text: str) -> None:
    cleaning = run(text)
    dropped = "".join(part.text for part in cleaning.dropped if part.reason != "markup")
    assert dropped == ""
    assert kept(cleaning)


def test_many_short_lines_survive() -> None:
    text = "\n".join(f"item {i} of a long list" for i in range(20_000))
    assert len(kept(run(text))) == 20_000


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff", "\n\n\n"])
def test_nothing_gives_an_empty_body(text: str) -> None:
    assert kept(run(text)) == ()


def test_nothing_but_boilerplate_is_said() -> None:
    cleaning = run("Leave a Reply\n\nYour email address will not be published.")
    assert kept(cleaning) == ()
    assert cleaning.notices == ("d0: nothing but boilerplate was found; nothing of it is used.",)


def test_what_looks_least_like_junk_is_kept_with_a_notice() -> None:
    cleaning = run("Smoke over the harbour on Tuesday. Ina Brandt/Getty Images")
    assert kept(cleaning) == ("Smoke over the harbour on Tuesday. Ina Brandt/Getty Images",)
    assert cleaning.notices == ("d0: no clear article was found; the longest lines are used.",)


LINES = st.one_of(
    st.sampled_from(
        [page.line for page in (*INSIDE, *BEFORE, *UNDER_TITLE)]
        + [line for lines in AFTER for line in lines]
        + [*BODY, "", "  ", "• " + LEAD, "MOSCOW (AP) — " + LEAD, "<p>" + LEAD + "</p>", "# Bridge"]
    ),
    st.text(max_size=60),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(LINES, max_size=12), max_size=3), st.sampled_from(["\n", "\r\n", "\n\n", " "])
)
def test_every_character_is_kept_or_dropped_once(pages: list[list[str]], newline: str) -> None:
    texts = [newline.join(lines) for lines in pages]
    cleaning = run(*texts)
    for document, text in zip(cleaning.documents, texts, strict=True):
        assert document.text == text
        assert document.body is not None
        parts = [part for part in cleaning.dropped if part.doc_id == document.doc_id]
        assert all(text[part.start : part.end] == part.text for part in parts)
        spans = sorted([*document.body, *((part.start, part.end) for part in parts)])
        assert list(document.body) == sorted(document.body)
        position = 0
        for start, end in spans:
            assert position <= start < end <= len(text)
            assert not text[position:start].strip()
            assert text[start:end] == text[start:end].strip()
            position = end
        assert not text[position:].strip()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample articles are not here")
def test_the_sample_articles() -> None:
    paths = sorted(SAMPLES.glob("*.txt"))
    cleaning = run(*(path.read_text(encoding="utf-8") for path in paths))
    documents = cleaning.documents
    assert [document.title is None for document in documents] == [True, False, False, False, False]
    assert [str(document.published) for document in documents] == [
        "None", "None", "2024-01-21", "None", "None",
    ]  # fmt: skip
    for i in range(len(documents)):
        for paragraph in kept(cleaning, i):
            assert len(paragraph.split()) > 15
    everything = " ".join(line for i in range(len(documents)) for line in kept(cleaning, i))
    junk_words = (
        "Reply,Comment,Digital Desk,min read,Listen,Article,File Photo,Critics,Updated,Published,"
        "email,Pyongyang - ,Moscow: "
    )
    for junk in junk_words.split(","):
        assert junk not in everything
    assert not cleaning.notices
