"""Longest common subsequences by bits in Python integers, and ROUGE's union of them.

A row of the dynamic-programming table ``t[i][j]`` (reference prefix ``i``,
candidate prefix ``j``) grows by 0 or 1 from each ``i`` to the next, so a whole
row fits one integer of a bit a reference token, and the next row costs three
additions and two logical operations whatever its length (Crochemore et al.
2001; Hyyrö 2004, "Bit-parallel LCS-length computation revisited", figure 2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def positions(tokens: Sequence[str]) -> dict[str, int]:
    """Each distinct token with the positions it stands at, as the bits of an integer."""
    bits: dict[str, int] = {}
    for index, token in enumerate(tokens):
        bits[token] = bits.get(token, 0) | 1 << index
    return bits


def lcs_length(reference: Sequence[str], candidate: Sequence[str]) -> int:
    """The length of the longest common subsequence, 0 where either side is empty."""
    where = positions(reference)
    full = (1 << len(reference)) - 1
    flat = full  # bit i is 0 where t[i + 1][j] is t[i][j] + 1
    for token in candidate:
        bits = where.get(token)
        if bits:
            matched = flat & bits
            flat = (flat + matched) | (flat - matched)
    return (full & ~flat).bit_count()


def union_lcs_hits(reference: Sequence[Sequence[str]], candidate: Sequence[Sequence[str]]) -> int:
    """The hits of summary-level ROUGE-L, over tokenized sentences.

    For each reference sentence, the union of the positions of its longest common
    subsequence with each candidate sentence (Lin 2004, section 3.2). A token is
    then counted no more often than it occurs in the candidate, as ROUGE-1.5.5
    and rouge_score do and the paper does not say; it cannot be counted more often
    than it occurs in the reference. So the order of sentences does not matter.
    """
    vocabulary = set().union(*reference)
    shared = [
        (
            len(sentence),
            [(index, token) for index, token in enumerate(sentence) if token in vocabulary],
        )
        for sentence in candidate
    ]
    in_unions: dict[str, int] = {}
    for sentence in reference:
        where = positions(sentence)
        full = (1 << len(sentence)) - 1
        union = 0
        for length, tokens in shared:
            rows = [(index, where[token]) for index, token in tokens if token in where]
            if rows:
                union |= _lcs_members(rows, full, length)
        if union:
            for token, bits in where.items():
                if bits & union:
                    in_unions[token] = in_unions.get(token, 0) + (bits & union).bit_count()
    available = Counter(token for sentence in candidate for token in sentence)
    return sum(min(count, available[token]) for token, count in in_unions.items())


def _lcs_members(rows: list[tuple[int, int]], full: int, length: int) -> int:
    """The reference positions, as bits, of one longest common subsequence.

    ``rows`` holds, for each of the candidate's ``length`` tokens that occurs in
    the reference, its index and its positions in the reference. Of several
    longest subsequences it is the one that ROUGE-1.5.5 and rouge_score read out
    of the table: from the end, a match is taken; else, if ``t[i][j - 1] >
    t[i - 1][j]``, a candidate token is left, otherwise a reference token. Where
    the tokens differ, that condition says that row ``j`` rises at ``i``. So within
    row ``j`` the walk runs down to the last allowed position that matches or
    rises, takes it if it matches, and goes on with row ``j - 1``. A candidate
    token without a match repeats the row before it, and a run of them does what
    one does: only runs, not their lengths, need to be known.
    """
    steps = []
    flat = full
    for index, bits in rows:
        matched = flat & bits
        flat = ((flat + matched) | (flat - matched)) & full
        steps.append((index, bits, full ^ flat))
    members = 0
    allowed = full
    following = length
    while steps:
        index, bits, rise = steps.pop()
        if index + 1 < following:
            allowed = (1 << (rise & allowed).bit_length()) - 1
        following = index
        last = (1 << ((bits | rise) & allowed).bit_length()) >> 1
        if last & bits:
            members |= last
            allowed = last - 1
        elif last:
            allowed = last + last - 1
        else:
            break
    return members
