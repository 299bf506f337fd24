"""The map of an account's people, put together from contacts, wishes, records and texts.

Invariant: everything is read as the viewer may see it; an account out of sight is not found.
"""

from copilot.domain.access import Viewer
from copilot.domain.people_map import PeopleMap, people_map
from copilot.store.account_conversations import ConversationRepository
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork


def people_of(account_id: str, *, viewer: Viewer, uow: UnitOfWork) -> PeopleMap:
    """Raises NotFound."""
    AccountRepository(uow).head(account_id, viewer=viewer)
    repository = ConversationRepository(uow)
    contacts = repository.contacts(account_id, viewer=viewer)
    return people_map(
        contacts,
        repository.touches(account_id, viewer=viewer),
        staff=repository.staff(),
        refused=repository.refused(contacts),
    )
