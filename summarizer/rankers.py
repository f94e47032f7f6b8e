"""Rankers that choose a set: what a sentence is worth depends on those chosen before it.

Each takes arrays and gives a ``Choice``, the sentences that fit the budget in the order in
which they were chosen; ``scores`` turns that into one score a sentence. Rows are sentences,
and of equal sentences the first row is taken, so that the caller decides how ties break.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from summarizer.centrality import Scores

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_DIGITS = 9  # gains are rounded to this, so that the order of a sum cannot break a tie
_REST = 0.25  # the best score of a sentence that is not in the set

_NOT_PROVEN = (
    "The search for the sentences that cover most was ended early; there may be a better choice."
)


class Choice(NamedTuple):
    """A set of sentences.

    ``rows`` are in order of choice and cost no more than the budget; ``gains``, shape (n,),
    say what each sentence would add to them. ``notices`` declare a fallback.
    """

    rows: tuple[int, ...]
    gains: Scores
    notices: tuple[str, ...] = ()


def scores(choice: Choice) -> Scores:
    """The chosen in (0.75, 1] by order of choice, the others in [0, 0.25] by gain: shape (n,).

    The gap is what keeps a set together: it is wider than all that the novelty of a
    sentence that restates nothing can add or take away in selection (0.3 by default).
    """
    low, top = choice.gains.min(initial=np.inf), choice.gains.max(initial=-np.inf)
    result: Scores = _REST * (choice.gains - low) / (top - low if top > low else 1)
    for place, row in enumerate(choice.rows):
        result[row] = 1 - (1 - 3 * _REST) * place / len(choice.rows)
    return result


def sumbasic(counts: csr_array, frequency: Scores, *, costs: Scores, budget: float) -> Choice:
    """SumBasic (Nenkova & Vanderwende 2005, section 3).

    Of the sentences that hold the most probable word, the one whose words have the highest
    mean probability is taken; then the probability of each of its words is squared. Where
    no sentence left fits and holds that word, the next most probable word is taken.
    ``counts`` are of content words, shape (n, words); ``frequency``, shape (words,), is how
    often the whole input has each word.
    """
    probability = frequency / max(1.0, float(frequency.sum()))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    free = (costs > 0) & (lengths > 0)
    chosen: list[int] = []
    left = budget
    while True:
        means = counts @ probability / np.maximum(lengths, 1)
        free &= costs <= left
        held = counts.T @ free.astype(np.float64) > 0
        if not held.any():
            return Choice(tuple(chosen), means)
        word = int(np.argmax(np.where(held, probability, -1)))
        holding = free & (counts[:, [word]].toarray().ravel() > 0)
        best = int(np.argmax(np.where(holding, means, -1)))
        said = counts.indices[counts.indptr[best] : counts.indptr[best + 1]]
        probability[said] **= 2
        free[best] = False
        chosen.append(best)
        left -= costs[best]


def kl(
    counts: csr_array,
    frequency: Scores,
    *,
    costs: Scores,
    budget: float,
    smoothing: float = 0.01,
) -> Choice:
    """KLSum (Haghighi & Vanderwende 2009, section 3.2): the summary with the input's words.

    Greedily adds the sentence that makes KL(input || summary) least, both distributions
    over content words, as long as that falls. So that it is finite, the summary's is mixed
    with ``smoothing`` of the uniform one (the paper smooths, but does not say how much).
    ``counts`` and ``frequency`` as in ``sumbasic``; the gains may be negative.
    """
    from scipy.sparse import csr_array

    probability = frequency / max(1.0, float(frequency.sum()))
    uniform = smoothing / max(1, len(frequency))
    used = probability[probability > 0]
    entropy = float(used @ np.log(used))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    sizes, size = np.unique(lengths, return_inverse=True)
    weight = probability[counts.indices]
    said = np.zeros(len(frequency))  # the summary's counts
    free = (costs > 0) & (lengths > 0)
    chosen: list[int] = []
    left, current = budget, np.inf
    while True:
        # By a sentence all words of the summary change their share, the same for all
        # sentences of one length, and its own words their count besides.
        share = (1 - smoothing) / np.maximum(1, said.sum() + sizes)
        rest = entropy - np.log(np.multiply.outer(share, said) + uniform) @ probability
        before = np.repeat(share[size], np.diff(counts.indptr)) * said[counts.indices] + uniform
        more = np.repeat(share[size], np.diff(counts.indptr)) * counts.data
        own = csr_array(
            (weight * np.log1p(more / before), counts.indices, counts.indptr), shape=counts.shape
        )
        after = np.round(rest[size] - np.asarray(own.sum(axis=1)).ravel(), _DIGITS)
        free &= costs <= left
        best = int(np.argmin(np.where(free, after, np.inf))) if free.any() else None
        if best is None or after[best] >= current:
            return Choice(tuple(chosen), (current if chosen else 0.0) - after)
        row = slice(counts.indptr[best], counts.indptr[best + 1])
        said[counts.indices[row]] += counts.data[row]
        free[best] = False
        chosen.append(best)
        left -= costs[best]
        current = float(after[best])


class _Objective(Protocol):
    """A monotone submodular function of a set that grows."""

    def gain(self, row: int) -> float:
        """What ``row`` would add to the set."""
        ...

    def add(self, row: int) -> None:
        """Take ``row`` into the set."""
        ...


def _greedy(
    objective: Callable[[], _Objective], costs: Scores, budget: float, scaling: float
) -> list[int]:
    """The rows chosen by the cost-scaled greedy algorithm, in order.

    Takes what gains most over its cost to the power of ``scaling`` as long as it fits and
    gains, then compares with the best single sentence (Lin & Bilmes 2010, algorithm 1).
    With ``scaling`` 1 the value is at least 0.405 of the best (Tang et al. 2021, theorem 1;
    the paper's 1 - 1/sqrt(e) = 0.39 follows); other powers have no such bound. Gains only
    fall, so an old one is a bound and most are never computed again (Minoux 1978).
    """
    grown = objective()
    single = [grown.gain(row) if 0 < cost <= budget else 0.0 for row, cost in enumerate(costs)]
    heap = [
        (-round(gain / cost**scaling, _DIGITS), row, 0)
        for row, (gain, cost) in enumerate(zip(single, costs.tolist(), strict=True))
        if gain > 0
    ]
    heapq.heapify(heap)
    chosen: list[int] = []
    left, value = budget, 0.0
    while heap:
        ratio, row, known = heapq.heappop(heap)
        if costs[row] > left:
            continue
        gain = grown.gain(row)
        if known < len(chosen):
            ratio = -round(gain / costs[row] ** scaling, _DIGITS)
            heapq.heappush(heap, (ratio, row, len(chosen)))
        elif ratio == 0:
            break
        else:
            grown.add(row)
            chosen.append(row)
            left -= costs[row]
            value += gain
    best = int(np.argmax(single)) if single else 0
    return [best] if single and round(single[best] - value, _DIGITS) > 0 else chosen


def _choice(
    objective: Callable[[], _Objective],
    rows: Sequence[int],
    n: int,
    notices: tuple[str, ...] = (),
) -> Choice:
    grown = objective()
    for row in rows:
        grown.add(row)
    gains = np.array([grown.gain(row) for row in range(n)], dtype=np.float64)
    return Choice(tuple(rows), np.round(gains, _DIGITS), notices)


class _CoverageAndDiversity:
    def __init__(
        self, similarities: csr_array, topics: NDArray[np.intp], alpha: float, lambda_: float
    ) -> None:
        self._similarities = similarities
        self._topics = topics
        self._lambda = lambda_
        self._caps = alpha * np.asarray(similarities.sum(axis=0)).ravel()
        self._covered = np.zeros(similarities.shape[1])
        self._rewards = (similarities.sum(axis=1) / max(1, similarities.shape[1])).tolist()
        self._earned = [0.0] * (int(topics.max(initial=0)) + 1)

    def _row(self, row: int) -> tuple[NDArray[np.int32], Scores]:
        start, end = self._similarities.indptr[row : row + 2]
        return self._similarities.indices[start:end], self._similarities.data[start:end]

    def gain(self, row: int) -> float:
        near, weights = self._row(row)
        caps, covered = self._caps[near], self._covered[near]
        more = np.minimum(covered + weights, caps) - np.minimum(covered, caps)
        earned = self._earned[self._topics[row]]
        diverse = math.sqrt(earned + self._rewards[row]) - math.sqrt(earned)
        return float(more.sum()) + self._lambda * diverse

    def add(self, row: int) -> None:
        near, weights = self._row(row)
        self._covered[near] += weights
        self._earned[self._topics[row]] += self._rewards[row]


def submodular(
    similarities: csr_array,
    topics: NDArray[np.intp],
    *,
    costs: Scores,
    budget: float,
    coverage: float = 5.0,
    lambda_: float = 6.0,
    scaling: float = 0.3,
) -> Choice:
    """Coverage and diversity (Lin & Bilmes 2011): L(S) + lambda R(S).

    L(S) adds up how similar the chosen are to each sentence of the input, which counts no
    more than alpha = ``coverage`` / n of how similar all n are; R(S) adds up, topic by topic,
    the root of what those chosen of it are worth, each its mean similarity to the input.
    The defaults are the paper's. ``similarities``, shape (n, m), not negative, are of the n
    sentences to choose from with the m of the input; ``topics``, shape (n,), number the
    parts of a partition from 0. Greedy (see ``_greedy``): at least 0.405 of the best where
    ``scaling`` is 1; at the paper's 0.3 there is no such bound.
    """
    n = len(costs)
    alpha = min(1.0, coverage / max(1, n))

    def objective() -> _CoverageAndDiversity:
        return _CoverageAndDiversity(similarities, topics, alpha, lambda_)

    return _choice(objective, _greedy(objective, costs, budget, scaling), n)


def topics(vectors: NDArray[np.float32], *, share: float = 0.2) -> NDArray[np.intp]:
    """The parts of a partition of the sentences, numbered from 0: shape (n,).

    About ``share`` times n parts (Lin & Bilmes 2011 take 0.2), by Ward's hierarchical
    clustering of the L2-normalised ``vectors``, shape (n, dim), where they take CLUTO's.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    n = len(vectors)
    if n < 2:
        return np.zeros(n, dtype=np.intp)
    cosines = np.round(squareform(vectors @ vectors.T, checks=False), 4)
    distances = np.sqrt(np.maximum(2 - 2 * cosines, 0))
    tree = linkage(distances.astype(np.float64), method="ward")
    parts = fcluster(tree, max(1, round(share * n)), criterion="maxclust")
    return np.asarray(parts - 1, dtype=np.intp)


class _Copies:
    def __init__(self, holds: csr_array, worth: Scores) -> None:
        self._holds = holds
        self._copies = holds.data.astype(np.intp)
        self._worth = worth
        self._said = np.zeros(holds.shape[1], dtype=np.intp)

    def _row(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        start, end = self._holds.indptr[row : row + 2]
        return self._holds.indices[start:end], self._copies[start:end]

    def gain(self, row: int) -> float:
        grams, copies = self._row(row)
        said, most = self._said[grams], self._worth.shape[1] - 1
        more = self._worth[grams, np.minimum(said + copies, most)]
        return float((more - self._worth[grams, np.minimum(said, most)]).sum())

    def add(self, row: int) -> None:
        grams, copies = self._row(row)
        self._said[grams] += copies


def coverage(
    holds: csr_array,
    worth: Scores,
    *,
    costs: Scores,
    budget: float,
    scaling: float = 0.9,
) -> Choice:
    """The set that is expected to share most words and pairs with a human summary.

    ``holds``, shape (n, grams), says how often each sentence has each; ``worth``, shape
    (grams, most + 1), what 0, 1, ... copies of each are worth together, concave from 0.
    Greedy (see ``_greedy``): at least 0.405 of the best where ``scaling`` is 1; at 0.9,
    which had more ROUGE on clusters held out, there is no such bound.
    """

    def objective() -> _Copies:
        return _Copies(holds, worth)

    return _choice(objective, _greedy(objective, costs, budget, scaling), len(costs))


class _Concepts:
    def __init__(self, holds: csr_array, weights: Scores) -> None:
        self._holds = holds
        self._unsaid = weights.astype(np.float64)

    def _row(self, row: int) -> NDArray[np.int32]:
        start, end = self._holds.indptr[row : row + 2]
        return self._holds.indices[start:end]

    def gain(self, row: int) -> float:
        return float(self._unsaid[self._row(row)].sum())

    def add(self, row: int) -> None:
        self._unsaid[self._row(row)] = 0


def concept_ilp(
    holds: csr_array,
    weights: Scores,
    *,
    costs: Scores,
    budget: float,
    candidates: int = 150,
    nodes: int = 200,
    seconds: float = 10.0,
) -> Choice:
    """The best coverage of concepts, exactly (Gillick & Favre 2009, section 3).

    Maximises the weight of the concepts that the chosen sentences hold, each counted once,
    by integer linear programming. ``holds``, shape (n, concepts), is not zero where a
    sentence holds a concept; ``weights``, shape (concepts,), are not negative. Exact among
    the greedy choice and the ``candidates`` sentences with most weight for their cost. The search
    ends after so many ``nodes`` or ``seconds``; what is best then, or the greedy choice
    for the same objective (at least 0.405 of the best), is taken, with a notice.

    Departures: concepts held by the same sentences are one, and a concept needs no
    constraint to be counted where a sentence holds it, since no weight is negative.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, diags_array, hstack

    n = len(costs)

    def objective() -> _Concepts:
        return _Concepts(holds, weights)

    def value(rows: Sequence[int]) -> float:
        said = holds[list(rows)].sum(axis=0) > 0
        return float(weights[said].sum())

    greedy = _greedy(objective, costs, budget, 1.0)
    start = objective()
    alone = objective()
    density = np.array([alone.gain(row) for row in range(n)]) / np.maximum(costs, 1e-9)
    density[(costs <= 0) | (costs > budget)] = 0
    density[greedy] = np.inf
    kept = [row for row in np.argsort(-density, kind="stable")[:candidates] if density[row] > 0]
    if not kept:
        return _choice(objective, greedy, n)
    columns = holds[kept].tocsc()
    merged: dict[tuple[int, ...], float] = {}
    for column in np.flatnonzero(weights > 0):
        start, end = columns.indptr[column : column + 2]
        holders = tuple(columns.indices[start:end].tolist())
        if holders:
            merged[holders] = merged.get(holders, 0.0) + float(weights[column])
    held = csr_array(
        (
            np.ones(sum(map(len, merged))),
            [row for holders in merged for row in holders],
            np.cumsum([0, *map(len, merged)]),
        ),
        shape=(len(merged), len(kept)),
    )
    gains = np.concatenate([np.zeros(len(kept)), list(merged.values())])
    # A concept counts only where a sentence that holds it is chosen, and the budget is kept.
    said = csr_array(hstack([held, diags_array(-np.ones(len(merged)))]))
    price = csr_array(np.concatenate([costs[kept], np.zeros(len(merged))])[None, :])
    result = milp(
        -gains,
        integrality=gains == 0,
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(said, lb=0), LinearConstraint(price, ub=budget)],
        options={"node_limit": nodes, "time_limit": seconds},
    )
    rows = (
        [] if result.x is None else [kept[i] for i in np.flatnonzero(result.x[: len(kept)] > 0.5)]
    )
    if round(value(rows) - value(greedy), _DIGITS) <= 0:
        rows = greedy
    # The order of a set: what gains most for its cost first.
    outside = np.full(n, np.inf)
    outside[rows] = costs[rows]
    notices = () if result.status == 0 else (_NOT_PROVEN,)
    return _choice(objective, _greedy(objective, outside, budget, 1.0), n, notices)
