"""How sure a mean score is, and whether one system really beats another.

Every function takes the scores of the same clusters in the same order, and what
is random takes the generator: the same seed gives the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from summarizer.errors import ConfigError, InputError

_BLOCK = 4_000_000  # array elements drawn at once: 32 MB, whatever the corpus

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """A mean and the bounds within which it lies at confidence ``level``."""

    mean: float
    low: float
    high: float
    level: float


class Comparison(NamedTuple):
    """The mean difference of a from b, its interval, and a two-sided p-value."""

    difference: Interval
    p: float


class Tally(NamedTuple):
    """On how many clusters a beats b, equals it and loses to it."""

    wins: int
    ties: int
    losses: int


def bootstrap_interval(
    scores: ArrayLike,
    *,
    generator: np.random.Generator,
    resamples: int = 1_000,
    level: float = 0.95,
) -> Interval:
    """The percentile bootstrap of the mean (Efron & Tibshirani 1993, section 13.3)."""
    values = _checked(scores)
    _check(resamples, level)
    return _interval(values, _resampled_means(values, generator, resamples), level)


def paired_bootstrap(
    a: ArrayLike,
    b: ArrayLike,
    *,
    generator: np.random.Generator,
    resamples: int = 1_000,
    level: float = 0.95,
) -> Comparison:
    """Clusters resampled with both systems' scores on them (Koehn 2004).

    ``p`` is two-sided, by the resamples shifted to the hypothesis that there is no
    difference (Efron & Tibshirani 1993, section 16.4), the observed one counted in.
    """
    differences = _differences(a, b)
    _check(resamples, level)
    means = _resampled_means(differences, generator, resamples)
    interval = _interval(differences, means, level)
    extreme = _at_least(np.abs(means - interval.mean), abs(interval.mean), differences)
    return Comparison(interval, (extreme + 1) / (resamples + 1))


def approximate_randomisation(
    a: ArrayLike, b: ArrayLike, *, generator: np.random.Generator, trials: int = 10_000
) -> float:
    """The two-sided p-value of the mean difference when labels are swapped by chance.

    Noreen 1989; Riezler & Maxwell 2005, figure 1: the share of ``trials``, the
    observed assignment counted in, with at least the observed difference. With so
    few clusters that all assignments are no more than ``trials``, each of them is
    tried once and the value is exact.
    """
    differences = _differences(a, b)
    _check(trials, 0.5)
    size = differences.size
    observed = abs(differences.sum())
    if 2**size <= trials:
        swaps = np.arange(2**size)[:, None] >> np.arange(size) & 1
        sums = np.abs((1 - 2 * swaps) @ differences)
        return _at_least(sums, observed, differences) / sums.size
    extreme = 0
    for count in _blocks(trials, size):
        swaps = generator.integers(0, 2, (count, size), dtype=np.int8)
        # The sum with the signs of the swapped turned is the whole less twice their sum.
        sums = np.abs(differences.sum() - 2 * (swaps @ differences))
        extreme += _at_least(sums, observed, differences)
    return (extreme + 1) / (trials + 1)


def win_tie_loss(a: ArrayLike, b: ArrayLike, *, epsilon: float = 0.0) -> Tally:
    """The clusters on which a and b differ by more than ``epsilon``, and the ties."""
    if not epsilon >= 0:
        raise ConfigError(f"epsilon must be at least 0, not {epsilon}")
    differences = _differences(a, b)
    wins = int((differences > epsilon).sum())
    losses = int((differences < -epsilon).sum())
    return Tally(wins, differences.size - wins - losses, losses)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number, in the order given (Holm 1979).

    Those at most alpha may all be called significant with a chance of any false
    one of at most alpha.
    """
    values = np.asarray(p_values, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise InputError("p-values must be numbers from 0 to 1")
    order = np.argsort(values, kind="stable")
    corrected = np.empty_like(values)
    factors = np.arange(values.size, 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1.0)
    return [float(value) for value in corrected]


def _check(repetitions: int, level: float) -> None:
    if repetitions < 1:
        raise ConfigError(f"resamples and trials must be at least 1, not {repetitions}")
    if not 0 < level < 1:
        raise ConfigError(f"level must be between 0 and 1, not {level}")


def _checked(scores: ArrayLike) -> Floats:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not values.size:
        raise InputError(f"scores must be a list of at least one number, not {values.shape}")
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise InputError(f"score {wrong[0]} (from 0) is {values[wrong[0]]}, not a number")
    return values


def _differences(a: ArrayLike, b: ArrayLike) -> Floats:
    first, second = _checked(a), _checked(b)
    if first.size != second.size:
        raise InputError(
            f"the systems have {first.size} and {second.size} scores: "
            "they can be compared only on the same clusters"
        )
    return first - second


def _blocks(repetitions: int, size: int) -> Iterator[int]:
    largest = max(_BLOCK // size, 1)
    for start in range(0, repetitions, largest):
        yield min(largest, repetitions - start)


def _resampled_means(values: Floats, generator: np.random.Generator, resamples: int) -> Floats:
    """The means of ``resamples`` samples with replacement, (resamples,)."""
    means = [
        values[generator.integers(0, values.size, (count, values.size))].mean(axis=1)
        for count in _blocks(resamples, values.size)
    ]
    return np.concatenate(means)


def _interval(values: Floats, means: Floats, level: float) -> Interval:
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high), level)


def _at_least(values: Floats, threshold: float, scale: Floats) -> int:
    """How many values reach the threshold, those equal but for rounding among them."""
    tolerance = 1e-12 * float(np.abs(scale).sum())
    return int((values >= threshold - tolerance).sum())
