"""The people of the tests of email and rules of contact. A module about other people has fixtures of its own."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.store.database import Database
from tests.conftest import MakeUser
from tests.guardrails_contact_builders import add_people


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    """Owns an account with contacts, see `add_people`."""
    viewer = make_user("Lucía Ferrer", role=Role.AE)
    add_people(database, owner=viewer)
    return viewer


@pytest.fixture
def manager(make_user: MakeUser, requester: Viewer) -> Viewer:
    """May approve what the requester asked for."""
    return make_user("Nuria Solano", role=Role.MANAGER)
