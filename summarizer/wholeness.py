"""Whether a written sentence is a whole one, and says nothing twice.

Marks are checked in any script; verbs, last words and repetition by rules for English.
"""

from __future__ import annotations

import re
from itertools import pairwise

from summarizer.clauses import read
from summarizer.words import STOP_WORDS, collapse, plain_quotes, stem_of, tokens

_FINISHED = re.compile(r"[.!?…。！？؟۔।]['\"”’»)\]」』]*$")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
# Words on which no sentence ends. Particles ("went on", "called for") may.
_LEANING = frozenset(
    """the a an and or but nor of to from at as than that which who whose whom because while
    although though if unless until into onto upon with without between among during despite
    his her its their our your my this these those every such very said-that is are was were
    be been has have had will would can could may might must shall should not no""".split()
)
_AUXILIARIES_LAST = frozenset("is are was were be been has have had will would can could".split())
_GLUED = re.compile(  # "last week.we hear", but "node.js"
    r"(?<![\w./@:-])[a-z]{2,}[.!?](?:[A-Z][a-z]+|(?<=[a-z]{3}.)"
    r"(?:the|he|she|they|we|you|this|that|these|there|but|and|his|her|their|our|when|if))"
    r"(?:['’][a-z]+)?(?=[ ,])"
)
_LATIN = re.compile(r"[a-zA-Z]")
_LETTER = re.compile(r"[^\W\d_]")


def is_english(text: str) -> bool:
    """Whether the rules for English may speak: Latin letters, English function words."""
    letters = len(_LETTER.findall(text))
    if not letters or len(_LATIN.findall(text)) < 0.8 * letters:
        return False
    words = tokens(text)
    return len(words) < 6 or sum((w in _ENGLISH) - (w in _FOREIGN) for w in words) > 0


_ENGLISH = frozenset(
    """the of and to that with for by from his her has had were said are it he she they who will
    would at this is was not be have on as an their its but after""".split()
)
_FOREIGN = frozenset(
    """der die das und den dem ein eine ist le la les et des du une est el los las que y en del se
    het een van il di che per della og och att det ett os da do em um uma no na""".split()
)


def is_finished(text: str) -> bool:
    """Whether the text ends as a sentence does."""
    return _FINISHED.search(text) is not None


def broken(text: str) -> str | None:
    """Why ``text`` is no whole sentence, as a phrase; None where it is one."""
    text = collapse(text)
    if not is_finished(text):
        return "it does not end as a sentence does"
    if text.endswith(("...", "…")):
        return "it breaks off"  # as teasers do
    for opener, closer in _PAIRS:
        if text.count(opener) != text.count(closer):
            return "its brackets or quotation marks are not in pairs"
    if text.count('"') % 2 and not re.search(r'\d"', text):
        return "its brackets or quotation marks are not in pairs"
    if not is_english(text):
        return None
    glued = _GLUED.search(text)
    if glued:
        return f"two sentences run together at “{glued[0]}”"
    words = re.findall(r"[\w'’]+", text)
    if words and words[-1] in _LEANING - (_AUXILIARIES_LAST if text[-1] in "?!" else frozenset()):
        return f"it breaks off at “{words[-1]}”"
    if text[0] in ",;:.)]" and not re.match(r"\.{2,3}\s|\.\d", text):
        return "it begins in mid-sentence"
    if text[0].islower() and not re.match(r"\w+[A-Z]|(?:al|de|van|von|el|bin)[ -]", text):
        return "it begins in mid-sentence"
    if len(words) > 3 and not any(verb.finite for verb in read(text).verbs):
        return "it has no verb"
    return None


def echo(text: str) -> str | None:
    """The words that ``text`` says twice; None where there are none.

    A word right after itself, and words in a row of which two are no names, numbers or
    function words: two of them within a few words, four anywhere.
    """
    plain = plain_quotes(collapse(text))
    written = re.findall(r"[^\W_]+(?:['.,-][^\W_]+)*", plain)
    low = [word.casefold() for word in written]
    for one, other in pairwise(low):
        if one == other and one.isalpha() and one not in _DOUBLED and len(one) > 1:
            return f"{one} {other}"
    for size, reach in _ECHOES:
        seen: dict[tuple[str, ...], int] = {}
        for place in range(len(low) - size + 1):
            gram = tuple(stem_of(word) for word in low[place : place + size])
            near = place - seen.get(gram, -reach) < reach
            if near and sum(map(_says_something, written[place : place + size])) > 1:
                return " ".join(written[place : place + size])
            seen[gram] = place
    return None


_ECHOES = ((2, 8), (3, 12), (4, 1_000))  # words in a row, and within how many they recur
_DOUBLED = frozenset("had that bye very far no years day more her it".split())


def _says_something(word: str) -> bool:
    return word[0].islower() and word not in STOP_WORDS
