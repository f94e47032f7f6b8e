"""Intervals and tests of significance, against scipy and by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.significance import (
    Floats,
    Tally,
    approximate_randomisation,
    bootstrap_interval,
    holm,
    paired_bootstrap,
    win_tie_loss,
)
from summarizer.errors import ConfigError, InputError


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


A = generator(1).beta(4, 6, 80)
B = A - 0.02 + generator(2).normal(0, 0.1, 80)


def test_the_interval_is_that_of_scipy() -> None:
    ours = bootstrap_interval(A, generator=generator(), resamples=5_000, level=0.9)
    theirs = stats.bootstrap(
        (A,), np.mean, n_resamples=5_000, confidence_level=0.9, method="percentile", rng=5
    ).confidence_interval
    assert ours.mean == pytest.approx(A.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-3)


def test_the_paired_interval_is_that_of_scipy() -> None:
    ours = paired_bootstrap(A, B, generator=generator(), resamples=5_000)
    theirs = stats.bootstrap(
        (A, B), lambda a, b, axis: np.mean(a - b, axis=axis), paired=True, n_resamples=5_000,
        method="percentile", rng=5,
    ).confidence_interval  # fmt: skip
    assert ours.difference.mean == pytest.approx((A - B).mean())
    assert ours.difference[1:3] == pytest.approx((theirs.low, theirs.high), abs=2e-3)
    # With 80 clusters the bootstrap's p is near the t-test's.
    assert ours.p == pytest.approx(stats.ttest_rel(A, B).pvalue, abs=0.02)


def scipy_p(a: Floats, b: Floats, resamples: int) -> float:
    result = stats.permutation_test(
        (a, b), lambda a, b, axis: np.mean(a - b, axis=axis), permutation_type="samples",
        n_resamples=resamples, rng=7,
    )  # fmt: skip
    return float(result.pvalue)


def test_randomisation_is_that_of_scipy() -> None:
    ours = approximate_randomisation(A, B, generator=generator(), trials=5_000)
    assert ours == pytest.approx(scipy_p(A, B, 5_000), abs=0.03)


def test_randomisation_of_few_clusters_is_exact() -> None:
    a, b = A[:9], B[:9]
    ours = approximate_randomisation(a, b, generator=generator())
    assert ours == pytest.approx(scipy_p(a, b, 5_000), abs=1e-12)
    flips = [abs(sum(s * d for s, d in zip(signs, a - b, strict=True)))
             for signs in product((1, -1), repeat=9)]  # fmt: skip
    assert ours == sum(flip >= flips[0] - 1e-12 for flip in flips) / 512


def test_all_of_three_wins_leave_a_quarter() -> None:
    # Two of the eight assignments, all swapped and none, are as extreme.
    assert approximate_randomisation([3, 2, 4], [1, 1, 1], generator=generator()) == 2 / 8


def test_equal_systems_do_not_differ() -> None:
    assert approximate_randomisation(A, A, generator=generator()) == 1
    comparison = paired_bootstrap(A, A, generator=generator())
    assert comparison.p == 1
    assert comparison.difference[:3] == (0, 0, 0)


def test_a_clear_difference_is_found_by_both() -> None:
    assert paired_bootstrap(A + 0.1, B, generator=generator()).p == 1 / 1001
    assert approximate_randomisation(A + 0.1, B, generator=generator(), trials=999) == 1 / 1000


def test_the_seed_alone_decides() -> None:
    first, again, other = (
        bootstrap_interval(A, generator=generator(seed), resamples=1_000) for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_blocks_of_resamples_make_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.significance._BLOCK", 80 * 7)
    interval = bootstrap_interval(A, generator=generator(), resamples=1_000)
    assert interval.low < interval.mean < interval.high
    p = approximate_randomisation(A, B, generator=generator(), trials=5_000)
    assert p == pytest.approx(scipy_p(A, B, 5_000), abs=0.03)


def test_one_cluster_has_no_width() -> None:
    assert bootstrap_interval([0.5], generator=generator()) == (0.5, 0.5, 0.5, 0.95)


def test_wins_ties_and_losses() -> None:
    assert win_tie_loss([3, 2, 1, 1], [1, 2, 2, 0]) == Tally(2, 1, 1)
    assert win_tie_loss([3, 2, 1, 1], [1, 2, 2, 0], epsilon=1) == Tally(1, 3, 0)


def test_holm_by_hand() -> None:
    # 0.005 * 4, 0.01 * 3, 0.03 * 2, and 0.04 * 1 raised to the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_the_order_and_lies_below_bonferroni(values: list[float]) -> None:
    corrected = holm(values)
    order = np.argsort(values, kind="stable")
    assert list(np.array(corrected)[order]) == sorted(corrected)
    for value, result in zip(values, corrected, strict=True):
        assert value <= result <= min(1, value * len(values))


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1, 2], [1], "2 and 1 scores"),
        ([], [], "at least one number"),
        ([1, float("nan")], [1, 1], "score 1 .* is nan"),
        ([[1]], [[1]], "at least one number"),
    ],
)
def test_scores_that_cannot_be_compared(a: list[float], b: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        win_tie_loss(a, b)
    with pytest.raises(InputError, match=message):
        paired_bootstrap(a, b, generator=generator())


def test_settings_out_of_range() -> None:
    with pytest.raises(ConfigError, match="resamples"):
        bootstrap_interval(A, generator=generator(), resamples=0)
    with pytest.raises(ConfigError, match="level"):
        bootstrap_interval(A, generator=generator(), level=95)
    with pytest.raises(ConfigError, match="epsilon"):
        win_tie_loss(A, B, epsilon=-1)
    with pytest.raises(InputError, match="p-values"):
        holm([0.5, 1.5])
