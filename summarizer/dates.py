"""Publication stamps: lines such as "Updated January 21st, 2024 at 11:40 IST".

A stamp is a line, or a part of one set off by "|" and the like, that holds a date
or a time of day and nothing else but labels. A sentence that mentions a date is none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from summarizer.words import count_words

# January to December; one line a language: English, its short forms, German, French,
# Spanish, Italian, Portuguese, Russian (genitive). A short form may end in a point.
_MONTHS = {
    name: number
    for language in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sept oct nov dec",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    )
    for number, name in enumerate(language.split(), start=1)
} | {"sep": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""(?<!\w)(?:
      (?P<y1>\d{{4}})\s?[-/.年]\s?(?P<m1>\d{{1,2}})\s?[-/.月]\s?(?P<d1>\d{{1,2}})(?:日|(?=T\d\d:)|(?!\w))
    | (?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s{{1,3}}(?:of\s|de\s)?(?P<m2>{_MONTH})\.?,?
        \s{{1,3}}(?:de\s)?(?P<y2>\d{{4}})(?!\w)
    | (?P<m3>{_MONTH})\.?\s{{1,3}}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<y3>\d{{4}})(?!\w)
    | (?P<d4>\d{{1,2}})(?P<separator>[/.-])(?P<m4>\d{{1,2}})(?P=separator)(?P<y4>\d{{4}})(?!\w)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(
    r"""(?<!\w)T?\d{1,2}\s?[:.h]\s?\d{2}(?:[:.]\d{2}(?:\.\d{1,6})?)?\s?(?:[ap]\.?\s?m\b\.?|Z\b)?
          (?:\s?[+-]\d{2}:?\d{2})?
      | (?<!\w)\d{1,2}\s?[ap]\.?m\b\.?
      | (?<!\w)(?:\d{1,3}|an?|one|two)\s
            (?:second|sec|minute|min|hour|hr|day|week|month|year)s?\sago\b
      | (?<!\w)vor\s\d{1,3}\s(?:minuten|stunden|tagen)\b|(?<!\w)il\sy\sa\s\d{1,3}\s\w{3,9}\b
      | (?<!\w)hace\s\d{1,3}\s\w{3,9}\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_PUBLISHED = (
    "published|posted|created|veröffentlicht|publié|publicado|pubblicato|опубликовано"
)
_UPDATED = (
    "updated?|modified|edited|revised|aktualisiert|stand|mise?|mis|actualizado|aggiornato|"
    "atualizado|обновлено|更新|发布时间|发布于|発行|公開"
)
_LABEL = re.compile(
    rf"(?<!\w)(?:{_FIRST_PUBLISHED}|{_UPDATED}|last|first|on|at|the|date|time|from|originally|story|"
    r"article|am|um|le|à|a|jour|el|il|las|alle|às|em|uhr|час|и|and|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    r"[ECMP][SD]?T|ET|PT|IST|GMT|UTC|BST|CES?T|MSK|JST|KST|AEST|AEDT|HKT|SGT|local)(?!\w)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"\W*(?:\d|an?\s|one\s|two\s|hace\s|vor\s|{_MONTH})|\W*{_LABEL.pattern}", re.IGNORECASE
)
_PART = re.compile(r"[|•·*]|\s[—–-]\s")
_LABELLED = re.compile(rf"(?<!\w)(?:{_FIRST_PUBLISHED}|{_UPDATED})(?!\w)", re.IGNORECASE)
_UPDATE = re.compile(rf"(?<!\w)(?:{_UPDATED})(?!\w)", re.IGNORECASE)
_INLINE_LABEL = re.compile(
    rf"(?<!\w)(?:last )?(?:{_FIRST_PUBLISHED}|{_UPDATED})\s?(?:on\s?)?:\s{{0,3}}"
    r"(?:[^\W\d]{3,10},?\s)?",
    re.IGNORECASE,
)
_INLINE_TIME = re.compile(
    r",?\s?(?:at\s)?\d{1,2}\s?[:.]\s?\d{2}(?:\s?[ap]\.?m\b\.?)?(?:\s(?:[ecmp][sd]?t|ist|gmt|utc|bst)\b)?",
    re.IGNORECASE,
)
_LABELLED_DATE = re.compile(
    rf"\W*(?:{_FIRST_PUBLISHED}|{_UPDATED})(?:\s(?:on|le|am|el))?\s?:?\s", re.I
)
_WRITTEN_BY = re.compile(
    r"(?:(?:written|reported|posted|published|updated)\s)?by:?\s(?=[^\W\d_])", re.I
)
_BY_OR_IN = re.compile(r",?\s(?:by|in|par|von|por)\s[^.!?]{1,50}", re.I)
_HINT = re.compile(
    r"\d{4}|\d\s?[:.h]\s?\d\d|\d\s?[ap]\.?m\b|\b(?:ago|vor|il y a|hace)\b", re.IGNORECASE
)
_MAX_STAMP = 120  # characters; what is longer is no stamp


class Stamp(NamedTuple):
    """A publication stamp; ``date`` is None where the day cannot be told.

    ``labelled`` says that it names itself ("Published"), ``update`` that it speaks
    of a later change, so that a plain publication stamp is to be preferred.
    """

    date: dt.date | None
    labelled: bool
    update: bool


def read_stamp(line: str) -> Stamp | None:
    """The stamp that ``line`` is, or None where the line is something else.

    A day and month that could be either way round ("03/04/2023") give no date.
    """
    if len(line) > _MAX_STAMP or not _HINT.search(line):
        return None
    if _OPENING.match(line) and _is_stamp(line):
        return _stamp(line)
    if _signed(line):
        return _stamp(line)
    if _PART.search(line) and not line.endswith((".", "!", "?")):
        for part in _PART.split(line):
            if _DATE.search(part) and _is_stamp(part):
                return _stamp(part)
    return None


def signs_comment(line: str) -> bool:
    """Whether the line is "Bob K. November 7, 2026 at 9:14 am": who wrote a comment, and when."""
    if len(line) > _MAX_STAMP or not (_DATE.search(line) or " ago" in line):
        return False
    rest, times = _TIME.subn(" ", _DATE.sub(" ", line))
    rest = re.sub(r"\b(?:says|said|wrote|reply)\b", " ", _LABEL.sub(" ", rest), flags=re.I)
    names = re.findall(r"[\w.'’-]*\w[\w.'’-]*", rest)
    return times > 0 and len(names) <= 4


def find_stamps(text: str) -> Iterator[tuple[int, int, Stamp]]:
    """Stamps amid running text, "Posted: January 22, 2015 1:21 pm": (start, end, stamp).

    Only a label with a colon followed by a full date counts.
    """
    if ":" not in text:
        return
    for label in _INLINE_LABEL.finditer(text):
        date = _DATE.match(text, label.end())
        if date:
            time = _INLINE_TIME.match(text, date.end())
            end = time.end() if time else date.end()
            yield label.start(), end, _stamp(text[label.start() : end])


def find_date(text: str) -> dt.date | None:
    """The first full and unambiguous date written in ``text``."""
    for match in _DATE.finditer(text):
        found = _date(match)
        if found:
            return found
    return None


def _signed(line: str) -> bool:
    """Whether the line is "Posted on March 3, 2023 by admin", or the other way round.

    Without a label it is one only as "March 3, 2023 by admin".
    """
    if line.endswith((".", "!", "?")):
        return False
    if _by_and_date(line):
        return True
    label = _LABELLED_DATE.match(line)
    date = _DATE.match(line, label.end() if label else 0)
    if date:
        rest = _BY_OR_IN.fullmatch(line, date.end())
        return rest is not None and (label is not None or count_words(rest[0]) <= 5)
    return (
        label is not None
        and line.startswith("by ", label.end())
        and any(date.end() == len(line) for date in _DATE.finditer(line))
    )


def _by_and_date(line: str) -> bool:
    """Whether the line is "By Jane Roe on March 3, 2023" or "Written by ..., March 3, 2023"."""
    by = _WRITTEN_BY.match(line)
    date = _DATE.search(line, by.end()) if by else None
    if by is None or date is None or not _is_stamp(line[date.start() :]):
        return False
    names = re.sub(r"(?:[\s,|–—-]|\bon\b)+$", "", line[by.end() : date.start()]).split()
    return 0 < len(names) <= 8 and all(
        name[0].isupper() or name in ("and", "of", "the", "de", "van", "von") for name in names
    )


def _stamp(line: str) -> Stamp:
    labelled = bool(_LABELLED.search(line) or _by_and_date(line))
    return Stamp(find_date(line), labelled, bool(_UPDATE.search(line)))


def _is_stamp(line: str) -> bool:
    rest, dates = _DATE.subn(" ", line)
    rest, times = _TIME.subn(" ", rest)
    if not dates and not times:
        return False
    return not any(character.isalnum() for character in _LABEL.sub(" ", rest))


def _date(match: re.Match[str]) -> dt.date | None:
    groups = {name[0]: value for name, value in match.groupdict().items()
              if value and name != "separator"}  # fmt: skip
    year, day = int(groups["y"]), int(groups["d"])
    month = _MONTHS.get(groups["m"].casefold()) or int(groups["m"])
    if match["m4"]:
        if day <= 12 and month <= 12 and day != month and match["separator"] != ".":
            return None  # day first or month first: the line does not say
        if month > 12:
            day, month = month, day
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
