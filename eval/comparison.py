"""Two records compared on the same clusters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eval.records import RESAMPLES, Record
from eval.significance import (
    Interval,
    Tally,
    approximate_randomisation,
    holm,
    paired_bootstrap,
    win_tie_loss,
)
from summarizer.errors import InputError

TRIALS = 10_000


class Row(NamedTuple):
    """F1 of both by one metric; ``corrected`` is ``p`` by Holm over the metrics."""

    metric: str
    a: float
    b: float
    difference: Interval
    p: float
    corrected: float
    tally: Tally


class Comparison(NamedTuple):
    """The metrics that both records have, on the clusters that neither failed on."""

    rows: tuple[Row, ...]
    clusters: int
    left_out: int
    method: str


def compare_records(a: Record, b: Record, *, seed: int = 0) -> Comparison:
    """How F1 differs, by paired bootstrap and by approximate randomisation.

    Raises InputError where the two are not of the same clusters or were not scored by
    the same rules.
    """
    for what, first, second in (
        ("signature", rules(a.signature), rules(b.signature)),
        ("corpus", a.data["sha256"], b.data["sha256"]),
    ):
        if first != second and None not in (first, second):
            raise InputError(
                f"{a.system} and {b.system} cannot be compared: the {what} differs "
                f"({first} and {second})."
            )
    ids, others = [result.id for result in a.clusters], [result.id for result in b.clusters]
    odd = sorted(set(ids) ^ set(others))
    if odd:
        raise InputError(
            f"{a.system} and {b.system} cannot be compared: only one of them has the cluster "
            f"{odd[0]!r}" + (f" and {len(odd) - 1} more." if len(odd) > 1 else ".")
        )
    metrics = [metric for metric in a.figures if metric in b.figures]
    if not metrics:
        raise InputError(f"{a.system} and {b.system} have no metric in common.")
    scored = {result.id for result in b.scored}
    both = [result.id for result in a.scored if result.id in scored]
    if not both:
        raise InputError(f"{a.system} and {b.system} have no scored cluster in common.")
    found = []
    for metric in metrics:
        first, second = a.f1(metric), b.f1(metric)
        ours, theirs = [first[i] for i in both], [second[i] for i in both]
        difference = paired_bootstrap(
            ours, theirs, generator=np.random.default_rng(seed), resamples=RESAMPLES
        ).difference
        p = approximate_randomisation(
            ours, theirs, generator=np.random.default_rng(seed), trials=TRIALS
        )
        tally = win_tie_loss(ours, theirs, epsilon=1e-9)
        found.append((metric, float(np.mean(ours)), float(np.mean(theirs)), difference, p, tally))
    corrected = holm([p for *_, p, _ in found])
    rows = tuple(
        Row(metric, mine, other, difference, p, better, tally)
        for (metric, mine, other, difference, p, tally), better in zip(
            found, corrected, strict=True
        )
    )
    return Comparison(
        rows,
        clusters=len(both),
        left_out=len(ids) - len(both),
        method=(
            f"Interval: paired bootstrap, {RESAMPLES:,} resamples; p: approximate randomisation, "
            f"{TRIALS:,} trials (every one where there are fewer), two-sided; seed {seed}."
        ),
    )


def rules(signature: str) -> str:
    """The signature without its list of metrics, which may differ."""
    return "|".join(part for part in signature.split("|") if not part.startswith("m:"))
