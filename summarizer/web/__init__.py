"""The browser's front end: an editor's desk over the summarizer, and its API.

``server`` serves what ``page`` lays out (its controls set off ``actions``) and ``api``
offers. Both work through the ``desk`` (jobs, limits), whose processes hold a
``maker`` (models) or the ``reader`` (parsers), take articles in by ``intake`` and show
them by ``views``, ``repeats`` and ``figures``. Gradio is known only to ``server``,
``page``, ``actions`` and ``guard``.
"""
