"""The extractive writer: the chosen sentences themselves, made presentable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from summarizer.phrases import is_present
from summarizer.records import Draft, Group, Plan, Sentence, Writing
from summarizer.tagging import tagged
from summarizer.words import collapse, count_words

if TYPE_CHECKING:
    from summarizer.protocols import OnDraft

# Openings that point back at a sentence the reader does not have. Those of the first
# kind go only with their comma, so that what follows is a clause of its own.
_CONNECTIVE = re.compile(
    r"(?:(?:however|meanwhile|moreover|furthermore|additionally|in addition|also|nevertheless"
    r"|nonetheless|still|yet|besides|therefore|thus|hence|consequently|as a result|instead|indeed"
    r"|in fact|similarly|likewise|then|so|by contrast|in contrast|on the other hand"
    r"|for example|for instance|at the same time|but|and),\s+"
    r"|(?:but|and)\s+(?!for\b|also\b|so\b|not\b|then\b|only\b|of\b|or\b|yet\b))",
    re.IGNORECASE,
)

# First words that are ordinary words whatever follows, so they may lose their capital.
_FUNCTION_WORDS = frozenset(
    """a an the this that these those it its they their he his she her we our there some many most
    several all both each every no another other in at by for from with without within during
    after before since until under over about around among between amid despite as according if
    when while although though because more less nearly almost only some such what who how
    """.split()
)

_STOPS = ".!?…。！？؟۔।"
_CLOSERS = "\"'”’»)]」』"
_QUOTES = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
_BRACKETS = (("(", ")"), ("[", "]"))
_CJK_END = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]$")
_LONE_NAME = re.compile(r"\b[a-z][\w'’-]* ([A-Z][\w'’-]*)(?=,? [a-z])")
_LOWER = re.compile(r"(?<![\w'’-])[a-z][\w'’-]*")
_SPEAKER = re.compile(
    r"\s+(?:[\w.,'’-]+\s+){0,6}?(?:said|says|told|tells|wrote|writes|asked|asks|added|adds|cried|"
    r"replied|recalled|insisted|warned|explained|tweeted|joked|according to)\b"
)
_ABBREVIATED = r"\b\w\.\w\.$"


class ExtractiveWriter:
    """Writes each group as its lead sentence.

    A lead is a quotation: only its white space, an opening such as "However,", a
    missing final stop and quotation marks cut in two by the sentence's bounds are
    mended, and ``Group.when`` is said. Never more than the words asked for.
    """

    name = "extractive"
    max_input_tokens: int | None = None
    weighs = False

    def __init__(self, *, notices: tuple[str, ...] = ()) -> None:
        self.notices = notices

    def count_tokens(self, text: str) -> int:
        """Words of ``text``; printed it has as many or, without its opening, fewer."""
        return count_words(text)

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        """One draft a group, until the next no longer fits into ``words``."""
        writings = [self._write(plan, words) for plan in plans]
        if on_draft:
            for place, writing in enumerate(writings):
                for draft in writing.drafts:
                    on_draft(place, draft)
        return writings

    def _write(self, plan: Plan, words: int) -> Writing:
        names = lone_names(plan)
        drafts: list[Draft] = []
        left = words
        skipped = 0
        full = False
        previous: Sentence | None = None
        dated: set[str | None] = set()
        for group in plan.groups:
            if group.when in dated:
                group = replace(group, when=None)
            text = said(group, previous, names=names)
            if not text:
                continue
            cost = count_words(text)
            # What follows a point that does not fit is less important, but a briefing is
            # not left empty for a long first sentence.
            full = full or (cost > left and bool(drafts))
            if full or cost > left:
                skipped += 1
                continue
            drafts.append(Draft(text=text, sources=group.sentences))
            left -= cost
            previous = group.lead
            dated.add(group.when)
        if not skipped:
            return Writing(drafts=tuple(drafts))
        points = "1 point" if skipped == 1 else f"{skipped} points"
        notice = f"{points} of the plan did not fit into {words} words."
        return Writing(drafts=tuple(drafts), notices=(notice,))


def said(group: Group, previous: Sentence | None, *, names: frozenset[str]) -> str:
    """The group's lead as a sentence that stands behind ``previous``.

    "However," and the like stay only where ``previous`` is what they point back to.
    Then ``group.when`` is said, unless the lead says it already: "In January 2024"
    comes first where the sentence's first word is surely ordinary (and loses its
    capital) or one of ``names`` (see ``lone_names``); where neither is sure, or the
    sentence is in the present or perfect tense, "(reported January 2024)" follows it.
    """
    lead = group.lead
    bound = previous is not None and previous.id == (lead.doc_id, lead.index - 1)
    text = present(lead.text, bound=bound)
    when = group.when
    if not text or not when:
        return text
    if all(word in text for word in re.findall(r"[A-Z]\w+|\d+", when.removeprefix("In "))):
        return text
    first = re.split(r"[\s,]", text, maxsplit=1)[0]
    past = not is_present(tagged(text))
    if past and first.lower() in _FUNCTION_WORDS and (len(first) == 1 or not first.isupper()):
        return f"{when}, {text[0].lower()}{text[1:]}"
    if past and (
        _without_genitive(first) in names or (len(first) > 1 and re.fullmatch("[A-Z]+", first))
    ):
        return f"{when}, {text}"
    bracket = f"(reported {re.sub('^(?:In|On) ', '', when)})"
    if not text.endswith(".") or text.endswith(".."):
        return f"{text} {bracket}"
    # The point of "U.S." or "a.m." belongs to the word.
    return f"{text if re.search(_ABBREVIATED, text) else text[:-1]} {bracket}."


def lone_names(plan: Plan) -> frozenset[str]:
    """Words that are surely names.

    Those that the plan's sentences write with a capital in mid-sentence, between words
    without one ("to Putin on"; "Foreign" of "the Foreign Minister" is none), and never
    without a capital.
    """
    names: set[str] = set()
    lower: set[str] = set()
    for group in plan.groups:
        for sentence in group.sentences:
            text = collapse(sentence.text)
            names.update(_without_genitive(name) for name in _LONE_NAME.findall(text))
            lower.update(word.capitalize() for word in _LOWER.findall(text))
    return frozenset(names - lower)


def _without_genitive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def present(text: str, *, bound: bool = False) -> str:
    """The sentence on one line, whole at both ends; its wording stays.

    Its opening ("However,") goes unless it is ``bound`` to the sentence before it.
    """
    text = collapse(text)
    text = _mend_marks(text if bound else _without_connective(text))
    return close(text) if re.search(r"\w", text) else ""


def close(text: str) -> str:
    """The sentence with a final stop."""
    bare = text.rstrip(_CLOSERS + " ")
    if not text or bare.endswith(tuple(_STOPS)) or text.endswith(tuple(_STOPS)):
        return text
    text = text.rstrip(" ,;:–—-")
    return text + ("。" if _CJK_END.search(text) else ".")


def _without_connective(text: str) -> str:
    while match := _CONNECTIVE.match(text):
        rest = text[match.end() :]
        if len(rest.split()) < 4:
            break
        text = _capitalised(rest)
    return text


def _capitalised(text: str) -> str:
    """With a capital first letter, unless the first word is written in a way of its own."""
    start = re.search(r"[^\W\d_]", text)
    first = text.split(maxsplit=1)[0]
    if start is None or start.start() > 1 or any(c.isupper() for c in first):
        return text
    at = start.start()
    return text[:at] + text[at].upper() + text[at + 1 :]


def _mend_marks(text: str) -> str:
    """Quotation marks whose partner is in another sentence get one; such brackets go.

    A closing mark without an opening one means that the sentence began inside the
    quotation, an opening mark without a closing one that it ends inside.
    """
    for opener, closer in _QUOTES:
        marks = [1 if c == opener else -1 if c == closer else 0 for c in text]
        text = _with_partners(text, marks, opener, closer)
    if text.count('"') % 2 and not re.search(r'\d"', text):  # 6" is a measure
        marks = []
        for at, c in enumerate(text):
            marks.append(_direction(text, at, opened=sum(marks) > 0) if c == '"' else 0)
        text = _with_partners(text, marks, '"', '"')
    for opener, closer in _BRACKETS:
        if text.startswith(opener) and closer not in text:
            text = text[1:].lstrip()
        bare = text.rstrip(_STOPS)
        if bare.endswith(closer) and opener not in text:
            text = bare[:-1].rstrip() + text[len(bare) :]
    return text


def _direction(text: str, at: int, *, opened: bool) -> int:
    """1 where the straight mark at ``at`` opens, -1 where it closes.

    With spaces on both sides it closes where one is ``opened`` or where it is told who
    speaks: 'we will stay, " he said', but 'he said, " we will stay'.
    """
    before, after = text[:at].rstrip(), text[at + 1 :]
    if not before or not after.strip():
        return -1 if before else 1
    if text[at - 1] not in " ([—–-":
        return -1
    if not after.startswith(" "):
        return 1
    return -1 if opened or _SPEAKER.match(after) else 1


def _with_partners(text: str, marks: list[int], opener: str, closer: str) -> str:
    depth = lowest = 0
    for mark in marks:
        depth += mark
        lowest = min(lowest, depth)
    # More than one mark without a partner is a style we do not know: leave it alone.
    if lowest < -1 or depth - lowest > 1:
        return text
    return opener * -lowest + text + closer * (depth - lowest)
