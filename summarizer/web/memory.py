"""Memory given back to the system, which the C library keeps for itself otherwise."""

from __future__ import annotations

import asyncio
import ctypes
import sys

TIDYING_SECONDS = 20


def give_back() -> None:
    """Hand what is free back. Does nothing where the C library is not glibc."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)


async def keep_tidy() -> None:
    """Do so again and again, until cancelled."""
    while True:
        await asyncio.sleep(TIDYING_SECONDS)
        give_back()
