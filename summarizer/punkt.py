"""Punkt with the project's own parameters, and the word classes around it.

``data/punkt.json`` is trained (``python -m eval.train_punkt``), ``data/punkt.toml``
written by hand. Nothing is looked up in nltk's data folders.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Rules:
    """Punkt with our parameters, and the word classes of ``data/punkt.toml``."""

    punkt_breaks: Callable[[str], bool]  # "word. Next": does a sentence end between?
    abbreviations: frozenset[str]
    capital_only: frozenset[str]
    capitals_lowered: frozenset[str]
    starters: frozenset[str]
    openings: frozenset[str]  # starters and ordinary words
    fresh: frozenset[str]
    onward: frozenset[str]
    leading: frozenset[str]
    numbered: frozenset[str]
    closing: frozenset[str]
    exclaimed: frozenset[str]
    lettered: frozenset[str]
    clock: frozenset[str]
    attribution: re.Pattern[str]
    attribution_no_case: re.Pattern[str]

    def is_abbreviation(self, word: str) -> bool:
        """Whether the lower-case ``word``, or its part after a hyphen, is one."""
        return word in self.abbreviations or word.rpartition("-")[2] in self.abbreviations


class _Contexts(dict[str, int]):
    """Punkt's orthographic contexts; unlike its defaultdict it does not grow when read."""

    def __missing__(self, key: str) -> int:
        return 0


@cache
def rules() -> Rules:
    """The shipped rules, read once."""
    data = resources.files("summarizer") / "data"
    trained: dict[str, list[str]] = json.loads((data / "punkt.json").read_text("utf-8"))
    written: dict[str, str] = tomllib.loads((data / "punkt.toml").read_text("utf-8"))
    words = {name: frozenset(entry.split()) for name, entry in written.items()}
    both = words["abbreviations"] | words["numbered"]
    capital_only = frozenset(word for word in both if word[0].isupper())
    capitals_lowered = frozenset(map(str.lower, capital_only))
    closing = words["closing"]
    hand = frozenset(map(str.lower, words["abbreviations"])) | words["leading"] | closing
    abbreviations = hand | frozenset(trained["abbreviations"])
    starters = words["starters"] | frozenset(trained["starters"])
    ordinary = frozenset(trained["ordinary"])
    pairs = frozenset(
        (first, second) for first, second in map(str.split, written["collocations"].split(","))
    )
    speech = "|".join(sorted(words["speech"]))
    return Rules(
        punkt_breaks=_punkt(abbreviations, starters, ordinary, pairs),
        abbreviations=abbreviations,
        capital_only=capital_only,
        capitals_lowered=capitals_lowered,
        starters=starters,
        openings=starters | ordinary,
        fresh=words["fresh"],
        onward=words["onward"],
        leading=words["leading"],
        numbered=frozenset(map(str.lower, words["numbered"])),
        closing=closing,
        exclaimed=words["exclaimed"],
        lettered=words["lettered"],
        clock=words["clock"],
        attribution=re.compile(rf"(?:[A-Z][\w.’'-]*\s+){{1,4}}(?:{speech})\b"),
        attribution_no_case=re.compile(
            rf"(?:(?!was\b|were\b|been\b)[\w.’'-]+\s+){{0,3}}(?:{speech})\b"
        ),
    )


def _punkt(
    abbreviations: Iterable[str],
    starters: Iterable[str],
    ordinary: Iterable[str],
    collocations: Iterable[tuple[str, str]],
) -> Callable[[str], bool]:
    punkt = _import_punkt()
    parameters = punkt.PunktParameters()
    parameters.abbrev_types = set(abbreviations)
    parameters.sent_starters = set(starters)
    parameters.collocations = set(collocations)
    seen_lower = punkt._ORTHO_MID_LC | punkt._ORTHO_BEG_UC
    parameters.ortho_context = _Contexts.fromkeys(ordinary, seen_lower)
    tokenizer: Any = punkt.PunktSentenceTokenizer(parameters)
    return lru_cache(maxsize=1 << 14)(tokenizer.text_contains_sentbreak)


_importing = threading.Lock()


def _import_punkt() -> ModuleType:
    """``nltk.tokenize.punkt`` without the rest of nltk.

    ``import nltk`` runs every part of it, with scipy.stats and, where they are
    installed, scikit-learn and pandas: seconds, where this module alone takes half a
    second. So the package stands in ``sys.modules`` unexecuted while its submodules
    load, and all leave again, so that a later ``import nltk`` is the real one.
    """
    name = "nltk.tokenize.punkt"
    with _importing:
        if "nltk" not in sys.modules and (spec := importlib.util.find_spec("nltk")):
            sys.modules["nltk"] = importlib.util.module_from_spec(spec)
            try:
                return importlib.import_module(name)
            except (ImportError, AttributeError):
                pass  # a release whose Punkt needs the whole package
            finally:
                for loaded in [key for key in sys.modules if key.partition(".")[0] == "nltk"]:
                    del sys.modules[loaded]
        return importlib.import_module(name)
