"""The demo company in a workspace of its own, and conversations held in it through the application's own chat.

Invariant: every conversation begins a thread of its own; what is scored is what its asker is shown, and the plan that
was kept with the turn.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain import conversation as told
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import TurnEvent, TurnState
from copilot.domain.plans import Plan
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.retrieval.indexing import embed_pending
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.chat import ChatRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from knowledge import demo_company
from knowledge.progress import Silent

_DOCUMENT = re.compile(r"/documents/(doc_\w+)")


@dataclass(frozen=True, slots=True)
class World:
    """The loaded demo."""

    application: Application
    people: Mapping[str, Viewer]
    """By email."""

    @property
    def admin(self) -> Viewer:
        """Their administrator."""
        return next(person for person in self.people.values() if person.role is Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Held:
    """One turn as it went."""

    turn_id: str
    plan: Plan | None
    sentences: tuple[told.Sentence, ...]
    citations: tuple[told.Citation, ...]
    finished: told.Finished
    filed: tuple[told.Filed, ...]
    sources: tuple[str, ...]
    """Paths of the documents that are cited, and labels and texts of everything that is."""

    @property
    def text(self) -> str:
        """Everything that its asker reads as the answer."""
        return "\n".join([*(f"{item.section}: {item.text}" for item in self.sentences), self.finished.text])

    @property
    def told(self) -> str:
        """The same with what its sources are called: an event may be told in its own words only."""
        return "\n".join([self.text, *(item.label for item in self.citations)])

    @property
    def state(self) -> TurnState:
        """What became of it."""
        return self.finished.state


def without_haste(application: Application) -> Application:
    """With the fastest pace that policy allows: a suite asks more in a minute than a person does."""
    chat = application.policy.chat.model_copy(update={"questions_per_minute": 600})
    return replace(application, policy=application.policy.model_copy(update={"chat": chat}))


@contextmanager
def loaded_demo(
    given: Mapping[str, object] | None = None, *, adapt: Callable[[Application], Application] = lambda built: built
) -> Iterator[World]:
    """Load the demo and index nothing; stop its server in the end."""
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as folder:
        data_dir = Path(folder)
        settings = Settings.model_validate({"COPILOT_DATA_DIR": data_dir} | dict(given or {}))
        application = adapt(bootstrap.build(settings))
        try:
            described = demo_company.load_people(application, password="only-for-this-run")  # noqa: S106
            world = World(application, {person.email: person for person in described.people})
            demo_company.load_records(application, actor=world.admin, progress=Silent())
            yield world
        finally:
            application.close()
            embedded.stop(data_dir)


@contextmanager
def demo_world(given: Mapping[str, object] | None = None) -> Iterator[World]:
    """Load and index the demo on its own day. Without `given` settings no language model has a role."""
    pinned: dict[str, object] = {"COPILOT_TODAY": demo_company.company().today}
    with loaded_demo(pinned | dict(given or {}), adapt=without_haste) as world:
        application = world.application
        embedder = E5Embedder(application.settings.data_dir / "models")
        embed_pending(application.database, embedder, shared=application.retrieval.shared)
        yield world


def hold(world: World, messages: tuple[str, ...], *, asker: str) -> list[Held]:
    """One conversation, turn by turn."""
    viewer = world.people[asker]
    chat = world.application.chat
    with world.application.database.unit_of_work() as uow:
        thread_id = chat.start(viewer=viewer, uow=uow).id
    return [_turn(world, list(chat.ask(thread_id, message, viewer=viewer)), viewer=viewer) for message in messages]


def _turn(world: World, events: list[TurnEvent], *, viewer: Viewer) -> Held:
    finished = next(item for item in reversed(events) if isinstance(item, told.Finished))
    citations = tuple(item for item in events if isinstance(item, told.Citation))
    with world.application.database.unit_of_work() as uow:
        record = ChatRepository(uow).turn(finished.turn_id)
        paths = _paths(citations, viewer=viewer, uow=uow)
    return Held(
        turn_id=finished.turn_id,
        plan=None if record is None else record.plan,
        sentences=tuple(item for item in events if isinstance(item, told.Sentence)),
        citations=citations,
        finished=finished,
        filed=tuple(item for item in events if isinstance(item, told.Filed)),
        sources=(*paths, *(f"{item.label} {item.text}" for item in citations)),
    )


def _paths(citations: tuple[told.Citation, ...], *, viewer: Viewer, uow: UnitOfWork) -> list[str]:
    documents = DocumentRepository(uow)
    found = [_DOCUMENT.match(item.path) for item in citations]
    wanted = dict.fromkeys(match.group(1) for match in found if match)
    return [documents.for_viewer(document_id, viewer=viewer).source_path for document_id in wanted]
