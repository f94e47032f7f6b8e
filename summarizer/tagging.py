"""Words, keys and part-of-speech tags of an English sentence, fast and roughly.

A word gets its most frequent tag in Brill's lexicon (1992; the copy that the textblob
package carries), and a few rules of context mend the commonest errors. Meant for
comparing sentences that share their words, where both are misread alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from summarizer import fact_words as known
from summarizer.words import STOP_WORDS, collapse, plain_quotes, stem_of

# Tags: N noun, P name, A adjective, C number, T time word, D determiner, O pronoun, S "'s",
# V finite verb, X auxiliary, B bare verb, G "-ing", E participle, R adverb, I preposition,
# J joins clauses or phrases, U subordinator, W relative pronoun, . punctuation.
_CLOSED: Mapping[str, str] = {
    word: tag
    for tag, words in {
        "D": """a an the this these those each every some any no another both several all most
            many few either neither his her its their our my your other such much""",
        "O": "he she it they we i you him them us me himself herself itself themselves one others",
        "X": """is are was were am be been being has have had having do does did will would shall
            should can could may might must cannot ca wo isn aren wasn weren hasn haven hadn doesn
            don didn won wouldn shouldn couldn""",
        "I": """of in on at by for from with without to into onto over under near off through
            during towards toward against between among across along around behind beside besides
            beyond beneath above below about amid despite except inside outside within up down out
            than per via upon like unlike throughout alongside according away""",
        "J": "and but or nor plus",
        "U": """as after before since until till while when because although though if unless
            where whereas whether once so""",
        "W": "who which whom whose that what how why",
        "R": """not n't also only just still never ever even already again later earlier soon then
            now there here too very further however therefore thus instead moreover
            more less almost nearly about first last yet ago""",
    }.items()
    for word in words.split()
}
_PENN = {
    "NN": "N", "NNS": "N", "NNP": "N", "NNPS": "N", "JJ": "A", "JJR": "A", "JJS": "A", "RB": "R",
    "RBR": "R", "RBS": "R", "VB": "B", "VBP": "B", "VBZ": "V", "VBD": "E", "VBN": "E", "VBG": "G",
    "CD": "C", "MD": "X", "IN": "I",
}  # fmt: skip
_TIMES = frozenset([*known.MONTHS, *known.WEEKDAYS]) - set(
    "may march mar sun sat jan dec sep jun jul tue wed".split()
) | set("yesterday today tomorrow tonight".split())
_BE = frozenset("is are was were am be been being".split())
_HAVE = frozenset("has have had having".split())
_SAYING = frozenset(
    """say said says saying tell tells told telling add adds added adding state states stated
    stating note notes noted noting explain explains explained remark remarked write writes wrote
    report reported reports announce announced announces""".split()
)
# Marks at which a clause or a phrase may end.
MARKS = frozenset(',;:()"[]-')
_TITLES = "St|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Capt|Sgt|Prof|Rev|Jr|Sr"
_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:-[^\W\d_]+)+"  # "9,009-mile"
    r"|[$€£¥]?\d+(?:[,.:/-]\d+)*(?:%|(?![^\W_]|-[a-z]))"  # "1,500", "3-1", not "29-year-old"
    rf"|(?:[^\W\d_]\.){{2,}}|(?:{_TITLES}|[A-Z])\.(?=\s[A-Z])"  # "U.S.", "St. Louis"
    r"|\w+n't|'(?:s|re|ve|ll|d|m)\b"
    r"|[^\W_]+(?:(?:[-&./](?!s\b)|'(?!(?:s|re|ve|ll|d|m)\b))[^\W_]+)*"
    r"|[.,;:!?()\"\[\]-]|'"
)


class Token(NamedTuple):
    """A word or mark: as written, its key (what equal words share), its tag."""

    text: str
    key: str
    tag: str

    @property
    def content(self) -> bool:
        """Whether it says something: no function word and no mark."""
        return self.tag in "NPACTVBGE" and self.key != "" and self.text.lower() not in STOP_WORDS


def tagged(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence."""
    words = _TOKEN.findall(collapse(plain_quotes(unicodedata.normalize("NFKC", text))))
    words = _split_clitics(_merge(words))
    return tuple(
        Token(word, _key(word, tag), tag) for word, tag in zip(words, _tags(words), strict=True)
    )


def spans(text: str) -> list[tuple[int, int]]:
    """Where the tokens of ``text``, which is collapsed, stand in it; nothing if nobody can tell."""
    plain = plain_quotes(unicodedata.normalize("NFKC", text))
    if len(plain) != len(text):
        return []
    found: list[tuple[int, int]] = []
    end = 0
    for token in tagged(text):
        start = plain.find(token.text, end)
        if start < 0:
            return []
        end = start + len(token.text)
        found.append((start, end))
    return found


@lru_cache(maxsize=1)
def _lexicon() -> Mapping[str, str]:
    """Brill's lexicon: the most frequent tag of a word."""
    spec = find_spec("textblob")
    if spec is None or spec.origin is None:  # pragma: no cover - a declared dependency
        raise ImportError("textblob is not installed; run: pip install textblob")
    path = Path(spec.origin).parent / "en" / "en-lexicon.txt"
    tags: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        word, _, tag = line.partition(" ")
        if tag in _PENN:
            tags[word] = tag
    return tags


def _merge(words: list[str]) -> list[str]:
    """Countries of two words, and numerals with their magnitude, as one token."""
    merged: list[str] = []
    for word in words:
        last = merged[-1].lower() if merged else ""
        if f"{last} {word.lower()}" in known.ALIASES:
            merged[-1] += f" {word}"
        else:
            merged.append(word)
    return merged


def _split_clitics(words: list[str]) -> list[str]:
    out: list[str] = []
    for word in words:
        if word.lower().endswith("n't") and len(word) > 3:
            out += [word[:-3], "n't"]
        else:
            out.append(word)
    return out


def _key(word: str, tag: str) -> str:
    """What equal words share: a country's one name, a numeral's value, a stem."""
    low = word.lower().rstrip(".") if len(word) > 1 else word.lower()
    if not low or not (low[-1].isalnum() or low[-1] == "%"):
        return ""
    if tag == "C":
        plain = low.replace(",", "").strip("$€£¥%")
        return str(known.UNITS.get(plain, known.TENS.get(plain, plain)))
    if low in known.MONTHS and tag == "T":
        return "month" + known.MONTHS[low]
    if low in known.WEEKDAYS and tag == "T":
        return known.WEEKDAYS[low]
    if tag == "X" and low in _SHORT:
        return _SHORT[low]
    if low in _SAYING:
        return "say"
    if low in _BE or low in _HAVE:
        return "be" if low in _BE else "have"
    if low in known.ALIASES and (len(low) > 3 or word.isupper()):
        return known.ALIASES[low]
    low = low.replace(".", "")
    return stem_of(known.IRREGULAR.get(low, _PAST.get(low, low)))


_PAST = {
    form: forms.split()[0]
    for forms in """break broke broken
fall fell fallen
rise rose risen
grow grew grown
begin began begun
bring brought
build built
come came
draw drew drawn
fly flew flown
get got gotten
go went gone
keep kept
know knew known
lose lost
make made
mean meant
meet met
run ran
sink sank sunk
sit sat
speak spoke spoken
spend spent
stand stood
tear tore torn
tell told
think thought
throw threw thrown
win won
wear wore worn
feel felt
hear heard
lie lay lain
vote votes voted
die dead died dies
ban banned
withdraw withdrew withdrawn
weep wept
burn burnt burned""".splitlines()
    for form in forms.split()
}


def is_past(word: str) -> bool:
    """Whether a lower-case word is an irregular past: "broke", "told", not "hit"."""
    return known.IRREGULAR.get(word, _PAST.get(word, word)) != word


def _tags(words: list[str]) -> list[str]:
    lexicon = _lexicon()
    tags: list[str] = []
    for place, word in enumerate(words):
        low = word.lower()
        opens = place == 0 or words[place - 1] in '"('
        if low in _SHORT and not (low == "'s" and tags and not _is_verbal(words, tags)):
            tags.append("X")
        elif not word[0].isalnum() and word[0] not in "$€£¥":
            tags.append("S" if low == "'s" or (low == "'" and tags and tags[-1] in "NP") else ".")
            if low == "n't":
                tags[-1] = "R"
        elif word[0] in "$€£¥" or word[0].isdigit():
            tags.append(_numeral_tag(word, tags))
        elif low in known.UNITS or low in known.TENS or low in known.SCALES:
            tags.append("C")
        elif low in _TIMES:
            tags.append("T")
        elif (
            low in _BOUNDS and place + 1 < len(words) and words[place + 1].lower() in _BOUNDS[low]
        ) or (place and tags[-1] == "R" and low in _BOUNDS.get(words[place - 1].lower(), ())):
            tags.append("R")
        elif (
            low in _CLOSED
            and word != "US"
            and not (word[0].isupper() and not opens and low in ("may", "will"))
        ):
            tags.append(_CLOSED[low])
        elif low == "may" and place + 1 < len(words):
            tags.append("T")
        elif word[0].isupper() and not opens:
            tags.append("P")
        else:
            known_tag = lexicon.get(low) or (lexicon.get(word) if not opens else None)
            tags.append(_guess(word, low, known_tag, opens=opens))
    for place in range(len(words)):
        tags[place] = _in_context(words, tags, place)
    return tags


_BOUNDS: Mapping[str, frozenset[str]] = {
    "at": frozenset(["least", "most"]),
    "more": frozenset(["than"]),
    "fewer": frozenset(["than"]),
    "less": frozenset(["than"]),
    "up": frozenset(["to"]),
}
_UNCHANGED = frozenset("beat put cut let set hit read cost spread shut hurt split burst".split())
_COMPLEMENT = frozenset(
    """say believ know fear hope think claim warn insist confirm show find alleg argu predict expect
    suggest reveal indic admit deni promis suspect feel hear see mean learn understand complain
    conclud estim acknowledg declar agre ensur note""".split()
)


# Verbs cut short, and what they share with the whole ones.
_SHORT = {"'s": "be", "'re": "be", "'m": "be", "'ve": "have", "'ll": "will", "'d": "would"}


def _is_verbal(words: Sequence[str], tags: Sequence[str]) -> bool:
    """Whether the "'s" behind ``tags`` is "is" or "has", and no genitive: "it's", "here's" """
    following = words[len(tags) + 1 : len(tags) + 2]
    been = bool(following) and following[0].lower() in ("been", "not")
    return been or words[len(tags) - 1].lower() in _VERBAL


_VERBAL = frozenset("it he she that there here what who where how why when this".split())


def _numeral_tag(word: str, tags: list[str]) -> str:
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", word) and tags and tags[-1] in "IUT,.":
        return "T"
    return "C" if re.fullmatch(r"[$€£¥]?[\d,.:/-]+%?", word) else "A"


def _guess(word: str, low: str, tag: str | None, *, opens: bool) -> str:
    if tag is not None:
        return _PENN[tag]
    if opens and word[0].isupper() and not low.endswith(("ing", "ed", "ly", "s")):
        return "P"
    if low.endswith("ed"):
        return "E"
    if low.endswith("ing"):
        return "G"
    if low.endswith("ly"):
        return "R"
    if "-" in low:
        return "A"
    return "P" if word[0].isupper() else "N"


def _in_context(words: list[str], tags: list[str], place: int) -> str:
    """The tag of a word among its neighbours; those before it are already mended."""
    tag, low = tags[place], words[place].lower()
    before = tags[place - 1] if place else "."
    after = tags[place + 1] if place + 1 < len(tags) else "."
    if tag == "W" and low == "that":
        if (after in "OD" and place) or (after in "NPA" and before == "." and place):
            return "U"
        if before in "VEBX" or (before == "." and place):
            return "U"
        if before in "IJ" or place == 0:
            return "D"
        return "W"
    if low in ("first", "last") and (before == "D" or after == "N"):
        return "A"
    if tag == "C" and low == "one" and after in ".VXI":
        return "O"
    if tag not in "VBENGA":
        return tag
    if place == 0 and words[0][0].isupper():
        if after == "P" and tag in "VBEGA" and low not in _COMPLEMENT:
            return "P"
        if after == "S":
            return "N" if tag in "NGA" else "P"
        if tag in "G" and (after in "VXE" or (len(words) > 1 and words[1] == "of")):
            return "N"
    left = place - 1
    while left >= 0 and tags[left] == "R":
        left -= 1
    previous = tags[left] if left >= 0 else "."
    helped = previous == "X"
    to = left >= 0 and words[left].lower() == "to"
    if tag == "A":
        return "B" if helped and words[left].lower() in _MODALS else tag
    if tag in "VB" and before in "DSA" and low not in _SAYING:
        return "N"
    if helped and tag == "N" and (low in known.IRREGULAR or low in _PAST):
        return "E"
    if helped and tag == "N" and low.endswith("ing") and words[left].lower() in _BE:
        return "G"
    verb = _verb_before(words, tags, place)
    if tag == "V" and verb and verb not in _COMPLEMENT and before in "NP":
        return "N"
    if tag == "E":
        if helped:
            return "E"
        if before in "DSC" and after in "NPAE":
            return "A"
        if previous == "I":
            return "A" if after in "NP" else "E"
        if after == "I" and words[place + 1].lower() == "by":
            return "E"
        if verb and verb not in _COMPLEMENT:
            return "V" if after in "DPON" and previous in "NPO" else "E"
        return "V"
    if tag == "B":
        if to or helped:
            return "B"
        plural = (previous == "N" or left == 0) and words[left].lower().endswith(
            ("s", "people", "police", "men")
        )
        if previous in "NP" and not verb and (low in _UNCHANGED or low in _SAYING):
            return "V"
        if (plural and not (verb and verb not in _COMPLEMENT)) or previous in "OW":
            return "V"
        if previous == "N" or previous == "P":
            return "N"
        return "V" if previous in "J." and place and after in "DO" else "B"
    if tag == "N":
        if helped and previous == "X" and after in "DPON" and words[left].lower() in _MODALS:
            return "B"
        if to and after in "DO":
            return "B"
        if low in _UNCHANGED and previous in "NP" and after in "DCO" and not verb:
            return "V"
        verbal = after in "DO" or (
            place + 1 < len(words) and words[place + 1].lower() in ("that", "to", "how")
        )
        if verbal and previous in "NPOW" and place and before not in "DSAC" and not verb:
            return "V"
        if previous in "JW" and low.endswith("s") and after in "DO" and place > 1:
            return "V"
    return tag


def _verb_before(words: list[str], tags: list[str], place: int) -> str:
    """The stem of the finite verb or auxiliary before a word in its clause, or nothing."""
    for left in range(place - 1, -1, -1):
        if tags[left] in "JUW" or words[left] in MARKS:
            return ""
        if tags[left] in "VX":
            return _key(words[left], "V")
    return ""


_MODALS = frozenset("will would can could may might must should shall do does did wo".split())
