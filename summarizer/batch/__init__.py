"""Many clusters into one folder: resumed where it stopped, with nothing lost.

``run_batch`` is the whole of it. ``sources`` finds the clusters, ``work`` is what the
worker processes do, ``engines`` are where they do it, ``store`` keeps what is finished,
``progress`` shows it.
"""
