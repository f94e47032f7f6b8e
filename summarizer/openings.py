"""Sentences that cannot open a paragraph, because they lean on the one before."""

from __future__ import annotations

import re

from summarizer.words import collapse, plain_quotes

_CONNECTIVE = re.compile(
    r"""(?:and|but|or|so|yet|nor|because|however|meanwhile|moreover|furthermore|besides|still
    |also|too|then|thus|hence|therefore|consequently|accordingly|instead|otherwise|likewise
    |similarly|nevertheless|nonetheless|conversely|indeed|afterwards?|subsequently|additionally
    |elsewhere|rather|that\ said|even\ so|as\ such|as\ a\ result
    |in\ addition|in\ contrast|in\ turn|in\ response|in\ other\ words|in\ that\ case
    |on\ the\ other\ hand|on\ the\ contrary|by\ contrast|for\ example|for\ instance
    |at\ the\ same\ time|at\ that\ time|at\ the\ time|of\ course|after\ all|what's\ more
    |after\ that|before\ that|since\ then|until\ then|by\ then|the\ former|the\ latter
    |the\ (?:first|second|third|other|others|same|pair|duo|trio|two|three)\b(?=\s+(?:was|were
    |is|are|has|have|had|said|also|will|would))|others|both|another|such|neither|either
    )\b(?!-)""",
    re.VERBOSE | re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:he|she|they|it|his|her|hers|their|theirs|its|him|them|this|these|those|that)(?:'\w+)?\b"
    r"(?!-)",
    re.IGNORECASE,
)
# "The move comes as", "The announcement was made": which one is in the sentence before.
_REFERENCE = re.compile(
    r"the (?:update|move|decision|announcement|statement|comments?|remarks|news|development|ruling"
    r"|incident|report|measure|agreement|meeting|visit|attack|vote|plan|deal|law|figures?)\s+"
    r"(?:comes?|came|follows|followed|was|were|is|are|will|would|marks|marked|also|has|had"
    r"|could|may|confirms|confirmed|underscores|underscored)\b",
    re.IGNORECASE,
)
_SAYING = "said|says|saying|told|noted|noting|added|adding|stated|stating|argued|explained|warned"
_NAME = r"[A-Z][\w'-]*[a-z]"
# "Tran said", "said Tran." by the last name alone; "Mr. Tran" and "President Tran" are no better.
_LAST_NAME = re.compile(
    rf"(?<![\w.-])(?P<before>{_NAME}\.? )?(?P<name>{_NAME}) (?:{_SAYING})\b"
    rf"|\b(?:{_SAYING}) (?P<after>{_NAME})(?=[,.;]|$)"
)
_FULL_NAME = re.compile(rf"{_NAME} (?=(?:[A-Z]\. )?({_NAME}))")
# "A meeting between the two leaders": which two is in the sentence before.
_NUMBERED = re.compile(
    r"\bthe (?:two|three|four) (?:leaders|sides|countries|nations|presidents|ministers|governments"
    r"|men|women|companies|parties|teams|allies|neighbours|neighbors|cities|capitals)\b",
    re.IGNORECASE,
)
# "It is believed that", "It was Putin who": the pronoun stands for what follows.
_EMPTY_IT = re.compile(
    r"it(?:'s| is| was| will be| has been| remains| seems?| appears?| emerged| comes?| came)"
    r"\s+(?:\w+ly\s+|been\s+|not\s+|yet\s+)*(?:\w+ed|clear|unclear|known|unknown|likely|unlikely"
    r"|possible|impossible|time|hard|easy|not|to|that|as|after|when|only|the first|the \w+ time"
    r"|seen|thought|said|understood)\b|it (?:is|was) [^,;.]{1,60}? (?:who|that)\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"""["'][,.?!]?["']?\s*(?:he|she|they|it)\s+(?:said|says|added|told|wrote|noted|explained
    |continued|replied|insisted|warned|claimed|stressed|went\ on)\b
    |["'][,.?!]?["']?\s*(?:said|added|asked|continued|explained)\s+(?:he|she|they)\b
    |,\s*(?:he|she|they)\s+(?:said|says|added|noted|wrote|explained|told|continued)\b""",
    re.VERBOSE | re.IGNORECASE,
)


def has_dangling_opening(text: str) -> bool:
    """Whether a reader who has not read what came before would stumble.

    True for an opening pronoun ("He", "This decision", "Their talks"), a bare reference
    ("The move comes as", "between the two leaders"), a connective
    ("But", "However", "In response"), a lower-case letter (the rest of a sentence), and
    for speech whose speaker is only a pronoun ('"...", he said'). An introductory
    clause may come first if the pronoun's noun follows ("In his speech, Putin said").
    """
    opening = _opening(text)
    if not opening:
        return False
    if opening[0].islower() and not re.match(r"[a-z]+[A-Z]|(?:al|de|van|von)[ -]", opening):
        return True
    if _CONNECTIVE.match(opening) or _REFERENCE.match(opening) or _NUMBERED.search(opening):
        return True
    return has_dangling_pronoun(text)


def has_dangling_pronoun(text: str) -> bool:
    """Whether a pronoun stands for somebody whom only the sentence before names.

    True for an opening pronoun and for a speaker who is only a pronoun. Behind another
    sentence such a one does not just read badly: it says something of the wrong person.
    """
    plain, opening = collapse(plain_quotes(text)), _opening(text)
    if _PRONOUN.match(opening) and not _EMPTY_IT.match(opening) and plain[0] not in "\"'":
        return True
    return bool(opening) and _SPEAKER.search(plain) is not None


def _opening(text: str) -> str:
    return collapse(plain_quotes(text)).lstrip("\"'([-* ")


def last_name_speaker(text: str) -> str | None:
    """The speaker whom a sentence calls by the last name alone, if there is one."""
    plain = collapse(plain_quotes(text))
    match = _LAST_NAME.search(plain)
    if match is None or (match["before"] and not match["before"].endswith(". ")):
        return None
    name = match["name"] or match["after"]
    return None if name in full_names(plain) else name


def full_names(text: str) -> set[str]:
    """The last names of those whom a sentence calls by first and last name or by title."""
    return set(_FULL_NAME.findall(collapse(plain_quotes(text))))
