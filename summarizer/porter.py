"""The Porter stemmer (Porter 1980) with the extensions that nltk's has by default.

Stem for stem the same as nltk's ``PorterStemmer().stem`` on lower-case ASCII, and
several times as fast, so that a first pass over a corpus is not spent on stemming.
The steps are those of "An algorithm for suffix stripping"; [nltk] marks what is
not in the paper.
"""

from __future__ import annotations

_IRREGULAR = {  # [nltk]
    "skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie",
    "news": "news", "innings": "inning", "inning": "inning", "outings": "outing",
    "outing": "outing", "cannings": "canning", "canning": "canning", "howe": "howe",
    "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
}  # fmt: skip

_SHAPES = {code: "v" if chr(code) in "aeiou" else "c" for code in range(128)}
_SHAPES[ord("y")] = "y"

Rules = dict[str, list[tuple[str, str]]]


def _rules(text: str) -> Rules:
    """Rules "suffix:replacement", in the order of the paper, by the suffix's last two letters."""
    rules: Rules = {}
    for rule in text.split():
        suffix, replacement = rule.split(":")
        rules.setdefault(suffix[-2:], []).append((suffix, replacement))
    return rules


# [nltk] bli:ble for abli:able, fulli:ful, and logi:log (in the code below).
_STEP_2 = _rules(
    """ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e
    ousli:ous ization:ize ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous
    aliti:al iviti:ive biliti:ble fulli:ful"""
)
_STEP_3 = _rules("icate:ic ative: alize:al iciti:ic ical:ic ful: ness:")
_STEP_4 = _rules(
    """al: ance: ence: er: ic: able: ible: ant: ement: ment: ent: ou: ism: ate: iti: ous: ive:
    ize:"""
)


def stem(word: str) -> str:
    """The stem of one word, which must be lower-case ASCII."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    word = _step_1c(_step_1b(_step_1a(word)))
    word = _step_4(_replace(_step_2(word), _STEP_3, 1))
    return _step_5(word)


def _shape(word: str) -> str:
    """The word with c for each consonant and v for each vowel; y is one after a consonant."""
    shape = word.translate(_SHAPES)
    if "y" not in shape:
        return shape
    letters: list[str] = []
    for letter in shape:
        if letter == "y":
            letter = "v" if letters and letters[-1] == "c" else "c"
        letters.append(letter)
    return "".join(letters)


def _measure(word: str) -> int:
    """Porter's m: how often a run of vowels is followed by consonants."""
    return _shape(word).count("vc")


def _ends_cvc(word: str) -> bool:
    """Porter's *o: consonant, vowel, consonant other than w, x and y."""
    shape = _shape(word)
    if len(word) == 2:
        return shape == "vc"  # [nltk]
    return shape.endswith("cvc") and word[-1] not in "wxy"


def _replace(word: str, rules: Rules, least: int) -> str:
    """The first rule whose suffix fits, if what is before it measures at least ``least``."""
    for suffix, replacement in rules.get(word[-2:], ()):
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            return rest + replacement if _measure(rest) >= least else word
    return word


def _step_1a(word: str) -> str:
    if not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies") and len(word) == 4:
        return word[:-1]  # [nltk]
    return word[:-2] if word.endswith(("sses", "ies")) else word[:-1]


def _step_1b(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]  # [nltk]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    if word.endswith("ed"):
        rest = word[:-2]
    elif word.endswith("ing"):
        rest = word[:-3]
    else:
        return word
    shape = _shape(rest)
    if "v" not in shape:
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if rest[-1:] == rest[-2:-1] and shape[-1] == "c":
        return rest if rest[-1] in "lsz" else rest[:-1]
    return rest + "e" if shape.count("vc") == 1 and _ends_cvc(rest) else rest


def _step_1c(word: str) -> str:
    # [nltk] y after a consonant that is not the first letter; the paper: after any vowel.
    if word.endswith("y") and len(word) > 2 and _shape(word)[-2] == "c":
        return word[:-1] + "i"
    return word


def _step_2(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]):
        return _step_2(word[:-2])  # [nltk]
    if word.endswith("logi"):
        return word[:-1] if _measure(word[:-3]) else word  # [nltk]
    return _replace(word, _STEP_2, 1)


def _step_4(word: str) -> str:
    if word.endswith("ion"):
        rest = word[:-3]
        return rest if rest.endswith(("s", "t")) and _measure(rest) > 1 else word
    return _replace(word, _STEP_4, 2)


def _step_5(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        measure = _measure(rest)
        if measure > 1 or (measure == 1 and not _ends_cvc(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
