"""The errors a user may see.

Policy: a ``SummarizerError`` is the user's to mend. Its message is one or two
sentences that name the value or file, say what is wrong and what to do, and it
is shown without a traceback. Any other exception is a bug of ours and keeps its
traceback. What spoils one file or one cluster becomes a notice in the result
instead, and the rest of the work goes on.
"""


class SummarizerError(Exception):
    """Base of every error meant for a user; the command line exits with 1."""


class InputError(SummarizerError):
    """There is nothing to summarize, or the given data cannot be understood."""


class ConfigError(SummarizerError):
    """A setting is unknown or out of range; the command line exits with 2."""


class ModelError(SummarizerError):
    """A writer or encoder cannot be loaded, or failed at its work."""
