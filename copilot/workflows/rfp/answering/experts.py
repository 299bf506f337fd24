"""Who is asked about a question, and why them.

Invariant: the reason is named: they own the library answer or wrote the material that comes closest; else it is the
team that the question's category belongs to. Nobody is guessed from a customer's data.
"""

from collections.abc import Sequence

from copilot.domain.rfp_answers import Expert
from copilot.errors import NotFound
from copilot.store.documents import DocumentRepository
from copilot.store.people import PeopleRepository
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.candidates import Candidate
from copilot.workflows.rfp.answering.categories import Category
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.answering.library_answers import evidence_of
from copilot.workflows.rfp.answering.review_dates import owner_named

_LIKE_ENOUGH = 0.4
_NEAR_ENOUGH = 0.2


def expert_for(
    closest: Sequence[Candidate], matches: Sequence[LibraryMatch], *, category: Category, scene: Scene
) -> Expert:
    """The owner of the likest library answer, who answers for or wrote the closest text, or the category's team."""
    return _owner(matches, scene) or _author(closest, scene) or Expert(name=category.team(scene.language))


def _owner(matches: Sequence[LibraryMatch], scene: Scene) -> Expert | None:
    for match in matches:
        if match.entry.owner_id is None or match.likeness < _LIKE_ENOUGH:
            continue
        name = PeopleRepository(scene.uow).names([match.entry.owner_id]).get(match.entry.owner_id)
        if name:
            evidence_id = evidence_of(match.entry, today=scene.today).id
            return Expert(name=name, user_id=match.entry.owner_id, evidence_id=evidence_id)
    return None


def _author(closest: Sequence[Candidate], scene: Scene) -> Expert | None:
    for item in closest[:1]:
        if item.chance < _NEAR_ENOUGH:
            return None
        name = owner_named(item.told) or _author_of(item.told.evidence.document_id, scene)
        if name:
            return Expert(name=name, evidence_id=item.told.evidence.id)
    return None


def _author_of(document_id: str | None, scene: Scene) -> str | None:
    if document_id is None:
        return None
    try:
        return DocumentRepository(scene.uow).for_viewer(document_id, viewer=scene.viewer).author
    except NotFound:
        return None
