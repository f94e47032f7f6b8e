"""Dates, numbers and names as they stand in English news text, in normal form.

The three readers run one after the other, each on what the one before has left, so that
"May 8" is no number and "Tuesday" no name. The forms are those of ``summarizer.facts.Facts``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from summarizer import fact_words as known
from summarizer.words import STOP_WORDS

Amounts = frozenset[tuple[str, str, str]]  # (numeral, bound, unit), each but the first or ""

# ------------------------------------------------------------------------------ dates

_MONTH = "|".join(sorted(known.MONTHS, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"((?:1[5-9]|20)\d\d)"
# "may", "march", "mar", "dec", "sun" and "sat" are words too: without a day or a year
# they count as months only with a capital and after a word that a month follows.
_DATE_FORMS = (
    ("ymd", re.compile(rf"\b{_YEAR}-(\d\d)-(\d\d)(?=T|\b)")),
    ("mdy", re.compile(rf"\b({_MONTH})\b\.?\s+{_DAY}(?!\d|[.,]\d|:)(?:\s*-\s*(\d{{1,2}})(?!\d))?"
                       rf"(?:,?\s+(?:of\s+)?{_YEAR}\b)?", re.I)),
    ("dmy", re.compile(rf"\b(?:the\s+)?{_DAY}\s+(?:of\s+)?({_MONTH})\b\.?(?:,?\s+{_YEAR}\b)?",
                       re.I)),
    ("my", re.compile(rf"\b({_MONTH})\b\.?,?\s+(?:of\s+)?{_YEAR}\b", re.I)),
    ("m", re.compile(rf"\b(?!(?:may|mar|dec|jan|sep)\b(?!\.))({_MONTH})\b(?<!march)(?:\.(?=\s))?",
                     re.I)),
    ("m", re.compile(r"(?<=\b(?:in|of|on|by) )(May|March)\b")),
    ("m", re.compile(r"(?<=\b(?:last|next|late|this|from) )(May|March)\b")),
    ("m", re.compile(r"(?<=\b(?:since|until|early) )(May|March)\b")),
)  # fmt: skip
_WEEKDAY = re.compile(
    r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|(?:mon|tues?|wed|thurs?|thu|fri)(?=\.))s?\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:.](\d\d))?\s?([ap])\.?m\b\.?|\b([01]?\d|2[0-3]):(\d\d)\b", re.I
)
_DECADE = re.compile(r"\b((?:1[5-9]|20)\d0)'?s\b")
_RELATIVE = re.compile(
    r"\b((?:last|next|this|previous|past|coming)\s+(?:week|month|year|night|weekend|spring|summer"
    r"|autumn|fall|winter|century|decade)|(?:earlier|later)\s+this\s+(?:week|month|year)"
    r"|yesterday|today|tomorrow|tonight)\b",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(
    r"(?<![\d.,$€£-])((?:1[5-9]|20)\d\d)(?![\d%]|[.,]\d|-?\s?(?:"
    r"people|men|women|troops|soldiers|dollars|euros|pounds|percent|per cent|miles|km|metres|meters"
    r"|feet|tons|tonnes|workers|homes|houses|jobs|times|years|days|hours|votes|million|billion))"
)


def read_dates(text: str) -> tuple[frozenset[str], str]:
    """The dates of ``text``, and the text with a semicolon where each stood."""
    found: set[str] = set()

    def take(value: str) -> str:
        found.add(value)
        return " ; "

    def take_date(form: str, match: re.Match[str]) -> str:
        groups = dict(zip(form, match.groups(), strict=False))
        if form == "mdy":  # its third group ends a range of days
            month, day, until, year = match.groups()
            groups = {"m": month, "d": day, "y": year}
            if until:
                take(_date(year, month, until))
        return take(_date(groups.get("y"), groups.get("m"), groups.get("d")))

    def take_clock(match: re.Match[str]) -> str:
        hour, minute, half, hour24, minute24 = match.groups()
        if half is None:
            return take(f"{int(hour24):02}:{minute24}")
        late = 12 if half.lower() == "p" else 0
        return take(f"{int(hour) % 12 + late:02}:{minute or '00'}")

    text = re.sub(r"\bno\. ?(?=\d)", "number ", text, flags=re.IGNORECASE)
    text = _CLOCK.sub(take_clock, text)
    for form, pattern in _DATE_FORMS:
        text = pattern.sub(partial(take_date, form), text)
    text = _WEEKDAY.sub(lambda match: take(known.WEEKDAYS[match[1].lower()]), text)
    text = _DECADE.sub(lambda match: take(match[1] + "s"), text)
    text = _RELATIVE.sub(lambda match: take(" ".join(match[1].lower().split()[-2:])), text)
    text = _BARE_YEAR.sub(lambda match: take(_date(match[1], None, None)), text)
    return frozenset(found), text


def _date(year: str | None, month: str | None, day: str | None) -> str:
    number = month if month and month.isdigit() else known.MONTHS.get((month or "").lower(), "??")
    return f"{year or '????'}-{number}-{f'{int(day):02}' if day else '??'}"


# ---------------------------------------------------------------------------- numbers

_SMALL = "|".join([*known.TENS, *sorted(known.UNITS, key=len, reverse=True)])
_SCALE = "|".join(known.SCALES)
_NUMBER = re.compile(
    rf"(?<![\w.])(?<![a-z]-)(?:"
    rf"(?P<top>one|two|three|four|a)[- ](?P<bottom>third|quarter|fifth|tenth)s?\b(?= of\b|-?\s)"
    rf"|(?P<half>half)\b"
    rf"|(?P<nth>\d+)(?:st|nd|rd|th)\b"
    rf"|(?P<ordinal>{'|'.join(known.ORDINALS)})\b"
    rf"|(?P<digits>[$€£¥]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)"
    rf"(?:[ -]?(?P<scale>{_SCALE})s?\b|(?P<short>bn|mn|tn|[kmb])\b)?"
    rf"|(?P<words>(?:(?:{_SMALL}|a)(?:[ -](?={_SMALL}|{_SCALE})| and (?={_SMALL}))?)+"
    rf"(?:[ -]?(?:{_SCALE})\b(?:,? (?:and )?(?=(?:{_SMALL})\b))?(?:(?:{_SMALL})[ -]?)*)*)(?![a-z'])"
    rf"|(?P<vague>dozens|hundreds|thousands|millions|billions|scores)\b"
    rf")(?P<percent>\s?%|[ -]per\s?cent\b)?"
    rf"(?!\w)(?:[ -]?(?P<money>dollars|euros)\b)?(?=(?:[ -](?P<noun>[a-z]+))?)",
    re.IGNORECASE,
)


# "about 12" may be 12; "at least 12" may not.
_BOUNDS = (
    ("at least", r"at least|no (?:fewer|less) than|(?:a )?minimum of"),
    ("up to", r"up to|at most|no more than|as (?:many|much|high) as|(?:a )?maximum of"),
    (
        "more than",
        r"more than|over|above|exceed(?:s|ed|ing)?|upwards? of|in excess of|greater than",
    ),
    ("fewer than", r"(?:fewer|less) than|under|below"),
    ("only", r"only"),
)
_BOUND = re.compile(
    "|".join(rf"(?P<b{n}>\b(?:{words}) $)" for n, (_, words) in enumerate(_BOUNDS)), re.I
)
_CLAUSE = re.compile(r"(?:(?!\band\b|\bwhile\b|\bbut\b|[,;](?!\d)).)+")
_BOUND_AFTER = re.compile(r"(?: [a-z]+)? or (more|fewer|less)\b", re.I)


def read_numbers(text: str) -> tuple[frozenset[str], frozenset[tuple[str, str]], Amounts, str]:
    """Numbers, what they count, what they measure, the text with a semicolon for each."""
    found: set[str] = set()
    counted: set[tuple[str, str]] = set()
    amounts: set[tuple[str, str, str]] = set()
    places: list[tuple[int, str]] = []

    def take(match: re.Match[str]) -> str:
        value = _numeral(match)
        if value is None:
            return match[0]
        value += "%" if match["percent"] else ""
        found.add(value)
        places.append((match.start(), value))
        noun = (match["noun"] or "").lower()
        if noun and noun not in STOP_WORDS:
            counted.add((value, noun))
        symbol = (match["digits"] or "")[:1]
        unit = known.MEASURES.get(symbol) or known.MEASURES.get((match["money"] or noun).lower())
        amounts.add((value, _bound(match, unit), unit or ""))
        return " ; "

    text = re.sub(r"(\d)(?:-|–| to )(?=[$€£]?\d)", r"\1 ; ", text)
    rest = _NUMBER.sub(take, text)
    if len(places) > 1:
        counted |= _casualties(text, places)
    return frozenset(found), frozenset(counted), frozenset(amounts), rest


def _casualties(text: str, places: list[tuple[int, str]]) -> set[tuple[str, str]]:
    """("10", "killed"), ("30", "wounded") for "10 were killed and 30 wounded"."""
    counted: set[tuple[str, str]] = set()
    for clause in _CLAUSE.finditer(text):
        values = [value for place, value in places if clause.start() <= place < clause.end()]
        fates = {known.CASUALTIES.get(word) for word in re.findall(r"[a-z]+", clause[0])} - {None}
        if len(values) == len(fates) == 1:
            counted.add((values[0], str(fates.pop())))
    return counted


def _bound(match: re.Match[str], unit: str | None) -> str:
    """ "at least", "up to", "more than", "fewer than", "only", or nothing."""
    before = _BOUND.search(match.string[max(0, match.start() - 20) : match.start()])
    if before and not (before[0].lower().startswith(("over", "only")) and unit in known.PERIODS):
        return _BOUNDS[int((before.lastgroup or "b0")[1:])][0]
    after = _BOUND_AFTER.match(match.string, match.end())
    if after:
        return "at least" if after[1].lower() == "more" else "up to"
    return ""


def _numeral(match: re.Match[str]) -> str | None:
    """The normal form of a match of ``_NUMBER``; None where it counts nothing."""
    if match["top"]:
        top = known.UNITS.get(match["top"].lower(), 1)
        return f"{top}/{known.FRACTIONS[match['bottom'].lower()]}"
    if match["half"]:
        return "1/2"
    if match["nth"]:
        return _ordinal(int(match["nth"]))
    if match["ordinal"]:
        return _ordinal(known.ORDINALS[match["ordinal"].lower()])
    if match["vague"]:
        return match["vague"].lower()
    if match["digits"]:
        value = Decimal(match["digits"].lstrip("$€£¥").replace(",", ""))
        value *= known.SCALES.get((match["scale"] or "").lower(), 1)
        value *= known.SHORT_SCALES.get((match["short"] or "").lower(), 1)
        return _decimal(value)
    words = [word for word in re.split(r"[\s,-]+", match["words"].lower()) if word != "and"]
    words = [word for word in words if word]
    if words == ["a"]:
        return None
    if words == ["one"]:
        before = re.findall(r"[\w']+", match.string[: match.start()].lower())
        after = (match["noun"] or "").lower()
        if not after or after in known.ONE_AFTER or (before and before[-1] in known.ONE_BEFORE):
            return None
    total = current = 0
    for word in words:
        if word in known.SCALES and known.SCALES[word] >= 1_000:
            total += max(current, 1) * known.SCALES[word]
            current = 0
        elif word in known.SCALES:
            current = max(current, 1) * known.SCALES[word]
        else:
            current += 1 if word == "a" else known.UNITS.get(word, known.TENS.get(word, 0))
    return str(total + current)


def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _ordinal(value: int) -> str:
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10)
    return f"{value}{suffix or 'th'}"


# ------------------------------------------------------------------------------ names

_UPPER = r"[^\W\d_a-zß-öø-ÿ]"
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}|\b(?:[A-Z]\.)+[A-Z]\b")
_TITLE_DOT = re.compile(
    r"\b(Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Capt|Maj|Sgt|Adm|Prof|Rev|St|Jr|Sr|[A-Z])\.(?=\s)"
)
_RUN = re.compile(
    rf"{_UPPER}[\w'&/-]*(?:\s+(?:(?:al|bin|bint|ibn|da|de|del|della|di|du|la|le|van|von|der|den)\s+)*"
    rf"{_UPPER}[\w'&/-]*)*"
)
_ORDINARY_ENDINGS = ("ing", "ly", "ed", "tion", "tions", "ment", "ments", "ness", "ities", "ers",
                     "ists", "ials", "ents", "ants", "ors")  # fmt: skip


def read_names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names, and those of them that may owe their capital to their place."""
    text = _DOTTED.sub(lambda match: match[0].replace(".", "") + " ", text)
    text = _TITLE_DOT.sub(r"\1", text)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word.lower() not in STOP_WORDS]
    shouted = len(words) > 3 and all(word.isupper() for word in words)
    plain = [word for word in words if word.lower() not in known.TITLES and not _alias(word)]
    headline = len(plain) > 3 and all(word[0].isupper() for word in plain)
    if shouted:
        text = text.title()
    names: set[str] = set()
    unsure: set[str] = set()
    for match in _RUN.finditer(text):
        before = text[: match.start()].rstrip()
        opens = (
            not before.strip("\"'([-*") or re.search(r"[.?!:][\"')]*[\"'(]*$", before) is not None
        )
        parts = _split_run(match[0], opens=opens)
        if headline:
            parts = [word for part in parts for word in _pieces(part)]
        for part in parts:
            if len(part) == 1 and part.isalpha():
                continue
            names.add(part)
            first = opens and match[0].lower().startswith(part)
            if (headline or first) and part not in known.ALIASES.values():
                unsure.add(part)
    return frozenset(names), frozenset(unsure)


def _pieces(name: str) -> list[str]:
    return [name] if name in known.ALIASES else name.split()


def _alias(word: str) -> str | None:
    """The country or body a word stands for; a short form counts in capitals only."""
    if len(word) < 4 and not word.isupper():
        return None
    return known.ALIASES.get(word.lower())


def _split_run(run: str, *, opens: bool) -> list[str]:
    """The names in a run of capitalised words: titles, countries and ordinary words cut it."""
    words: list[str] = []
    for word in re.sub(r"'s?(?=\s|-|/|$)", "", run).split():
        pieces = word.split("-")
        apart = _alias(pieces[0]) is not None or "/" in word  # "US-backed", "Russia-North"
        words += [piece for piece in re.split(r"[-/]", word) if piece[:1].isupper() or not apart]
    names: list[list[str]] = [[]]
    place = 0
    while place < len(words):
        word = words[place].lower()
        pair = " ".join(words[place : place + 2]).lower()
        if " " in pair and pair in known.ALIASES:
            names += [[known.ALIASES[pair]], []]
            place += 2
            continue
        ordinary = word in STOP_WORDS and (len(word) == 1 or not words[place].isupper())
        if opens and place == 0:
            ordinary |= word in known.OPENERS or (
                len(words) == 1 and word.endswith(_ORDINARY_ENDINGS) and len(word) > 5
            )
        if ordinary or word in known.TITLES:
            names.append([])
        elif country := _alias(words[place]):
            names += [[country], []]
        else:
            names[-1].append(word)
        place += 1
    return [" ".join(name) for name in names if name]
