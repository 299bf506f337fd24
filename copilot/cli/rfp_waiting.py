"""Before a questionnaire is answered at the command line: passages that can so far be found by their words only.

Invariant: whoever is answered knows of them. They are indexed by whoever can: the worker that runs, so that its index
and ours do not drift apart, else this process.
"""

import threading

from rich.progress import Progress

from copilot.cli.acting import Acting
from copilot.cli.context import error_console
from copilot.cli.rfp_words import say
from copilot.jobs import Task
from copilot.retrieval.indexing import IndexingProgress, ProgressCallback
from copilot.retrieval.search import pending_notice
from copilot.store.passages import IndexCounts

_PAUSE = 1.0
_STALLED = 60
"""Pauses without a passage more after which a worker is not waited for."""


def see_to_vectors(person: Acting, stop: threading.Event, *, wait: bool) -> None:
    """Say how many passages still wait for their vectors; wait for them, unless told not to or nobody makes them."""
    counts = _counts(person)
    if not counts.pending:
        return
    _say(pending_notice(pending=counts.pending, passages=counts.passages).text(person.viewer.language))
    if wait:
        _say(say("indexing", person.viewer, pending=counts.pending, passages=counts.passages))
        _wait(person, stop)
        if stop.is_set() or not _counts(person).pending:
            return
    _say(say("not_indexed", person.viewer))


def _wait(person: Acting, stop: threading.Event) -> None:
    application = person.application
    with application.database.unit_of_work() as uow:
        elsewhere = application.jobs.has_worker(uow=uow)
        if elsewhere:
            application.jobs.defer(Task.EMBED, uow=uow)
    with Progress(console=error_console) as bar:
        task = bar.add_task(say("indexing_passages", person.viewer), total=None)

        def show(state: IndexingProgress) -> None:
            bar.update(task, completed=state.done, total=state.total)

        if elsewhere:
            _until_made(person, stop, show)
        else:
            application.retrieval.embed_pending(progress=show, should_stop=stop.is_set)


def _until_made(person: Acting, stop: threading.Event, show: ProgressCallback) -> None:
    """Look on while a worker makes them, for as long as it gets on."""
    first = least = _counts(person).pending
    idle = 0
    while least and idle < _STALLED and not stop.wait(_PAUSE):
        now = _counts(person).pending
        idle = 0 if now < least else idle + 1
        least = min(least, now)
        show(IndexingProgress(done=max(0, first - now), total=first))


def _counts(person: Acting) -> IndexCounts:
    application = person.application
    with application.database.unit_of_work() as uow:
        return application.retrieval.waiting(uow=uow)


def _say(text: str) -> None:
    error_console.print(text, style="yellow", highlight=False, markup=False)
