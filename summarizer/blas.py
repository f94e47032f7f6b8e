"""One limit on the threads of matrix products, since it holds for the whole process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_LIMITED = threading.Lock()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Each matrix product runs on one processor while this lasts.

    One caller at a time: two that overlap would put back each other's limit. So what runs
    inside must not enter it again, from any thread.
    """
    with _LIMITED, threadpool_limits(1, "blas"):
        yield
