"""From word pieces back to typeset text: case, quotes, hyphens and spaces of the sources.

The model's vocabulary is uncased and knows no spaces. What it copied is looked up where
it was copied from, so "U.S.", "$1.5 million" and "Life-Giving Trinity" come out as the
articles print them; only where two copied stretches meet, and around the few words
written without a source, rules decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_NO_SPACE_BEFORE = frozenset(",.;:!?)]}%’”»…")
_NO_SPACE_AFTER = frozenset("([{$£€#“‘«")
_ENDINGS = frozenset(("s", "t", "re", "ve", "ll", "d", "m"))  # what follows an apostrophe
_APOSTROPHES = frozenset("'’")
_LOWER = re.compile(r"(?<![\w'’-])[a-z][\w’'-]*")
_INNER = re.compile(r"(?<=[\w,;] )[A-Z][\w’'-]*")
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word piece as written ("##" where it goes on a word), and where it was copied from.

    ``source`` is the sentence's place, ``start`` and ``end`` are offsets into its text;
    ``place`` is its number among the pieces read. All None where it was generated.
    """

    text: str
    source: int | None = None
    start: int = 0
    end: int = 0
    place: int = -1


def typeset(pieces: Sequence[Piece], sources: Sequence[str], *, common: Collection[str]) -> str:
    """The written sentence.

    ``sources`` are the texts that the pieces point into; ``common`` are lower-case words
    that are no names, for a word that opened its source sentence and now stands inside.
    """
    small = {word for text in sources for word in _LOWER.findall(text)}
    names = {word for text in sources for word in _INNER.findall(text)}
    written = ""
    quoted = False
    for place, piece in enumerate(pieces):
        before = pieces[place - 1] if place else None
        surface = _surface(piece, sources)
        if _opens_sentence(piece, sources) and written:
            surface = _inside(surface, piece, sources, small=small, names=names, common=common)
        if before is None:
            gap = ""
        elif _follows(before, piece):
            assert piece.source is not None
            gap = sources[piece.source][before.end : piece.start]
        else:
            gap = _gap(written, pieces, place, quoted=quoted)
        if surface == "." and written.endswith(".") and not _follows(pieces[place - 1], piece):
            continue  # the stop of an abbreviation ends the sentence, too
        if surface == '"':
            quoted = not quoted
        written += gap + surface
    return _capital(" ".join(written.split()))


def _surface(piece: Piece, sources: Sequence[str]) -> str:
    if piece.source is None:
        return piece.text.removeprefix("##")
    return sources[piece.source][piece.start : piece.end]


def _follows(before: Piece, piece: Piece) -> bool:
    """Whether two pieces stand side by side in one source, too."""
    return before.source is not None and (before.source, before.place + 1) == (
        piece.source,
        piece.place,
    )


def _gap(written: str, pieces: Sequence[Piece], place: int, *, quoted: bool) -> str:
    """A space or nothing, by rule, between what did not stand side by side."""
    piece, before = pieces[place].text, pieces[place - 1].text
    glued = (
        piece.startswith("##")
        or piece in _NO_SPACE_BEFORE
        or before in _NO_SPACE_AFTER
        or (before == "-" and len(written) > 1 and written[-2].isalnum())
        or (piece == "-" and place + 1 < len(pieces) and not _spaced(pieces, place))
        or (before in _APOSTROPHES and piece in _ENDINGS)
        or (
            piece in _APOSTROPHES and place + 1 < len(pieces) and pieces[place + 1].text in _ENDINGS
        )
        or (before in ".," and piece.isdigit() and written[-2:-1].isdigit())
        or (piece == '"' and quoted)
        or (before == '"' and quoted)
    )
    return "" if glued else " "


def _spaced(pieces: Sequence[Piece], place: int) -> bool:
    """Whether a generated or moved hyphen is a dash between clauses rather than in a word."""
    piece, after = pieces[place], pieces[place + 1]
    return piece.source is None or (_follows(piece, after) and piece.end < after.start)


def _opens_sentence(piece: Piece, sources: Sequence[str]) -> bool:
    """Whether the piece is the first word of its source."""
    if piece.source is None:
        return False
    return not any(map(str.isalnum, sources[piece.source][: piece.start]))


def _inside(
    surface: str,
    piece: Piece,
    sources: Sequence[str],
    *,
    small: Collection[str],
    names: Collection[str],
    common: Collection[str],
) -> str:
    """A sentence's first word as it is written inside a sentence."""
    assert piece.source is not None
    match = _WORD.match(sources[piece.source], piece.start)
    word = match[0] if match else surface
    if word[1:] != word[1:].lower() or (len(word) > 1 and not word.isalpha()):
        return surface  # "NATO", "McCain", "24"
    lower = word.lower()
    if word in names and lower not in small:
        return surface
    if lower in small or lower in common or len(word) == 1:
        return surface[:1].lower() + surface[1:]
    return surface


def _capital(text: str) -> str:
    """The sentence with a capital, unless its first word has one of its own inside."""
    for place, character in enumerate(text):
        if character.isalnum():
            match = _WORD.match(text, place)
            if match is None or any(map(str.isupper, match[0])):
                return text
            return text[:place] + character.upper() + text[place + 1 :]
    return text
