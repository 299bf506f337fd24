"""Links that let their holder choose a password, once.

Invariants: an administrator never knows anybody's password; a link works once, for two days, for an active person who
may sign in with a password; a new one ends the one before, and using it ends the person's sessions.
"""

from datetime import timedelta

from copilot.domain.access import Viewer
from copilot.errors import Conflict, NotFound
from copilot.identity.rules import person_of, record, require_admin, subject_of
from copilot.people import People, digest
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.staff import Person
from copilot.store.ways_in import WaysIn

MADE = "person.password_link_made"
CHOSEN = "person.password_chosen"
LASTS = timedelta(days=2)
PATH = "/password/"


def make_link(user_id: str, *, people: People, actor: Viewer, uow: UnitOfWork) -> str:
    """The path of a new link; it is shown once and not kept. Raises NotAllowed, NotFound or Conflict."""
    require_admin(actor)
    person = person_of(user_id, uow=uow)
    if not person.active:
        raise Conflict("This person works here no more.", hint="Let them in again first.")
    if not people.takes_password_of(person.viewer):
        raise Conflict(
            "Passwords are switched off: people come by single sign-on.", hint="Add them at the identity provider."
        )
    secret = uow.clock.new_token()
    WaysIn(uow).put_link(digest(secret), user_id=user_id, until=uow.clock.now() + LASTS)
    record(MADE, subject=subject_of(user_id), actor=actor, uow=uow)
    return f"{PATH}{secret}"


def holder_of(secret: str, *, people: People, uow: UnitOfWork) -> Person:
    """Whose password the link lets its holder choose. Raises NotFound, the same for every reason."""
    user_id = WaysIn(uow).link(digest(secret))
    person = person_of(user_id, uow=uow) if user_id is not None else None
    if person is None or not people.takes_password_of(person.viewer):
        raise NotFound("This link has been used or has run out.", hint="Ask an administrator for a new one.")
    return person


def choose_password(secret: str, password: str, *, people: People, uow: UnitOfWork) -> None:
    """Use the link up. Raises NotFound, or InputError for a password that is too short; then the link still works."""
    person = holder_of(secret, people=people, uow=uow)
    hashed = people.hashed(password)
    if WaysIn(uow).use_link(digest(secret)) != person.viewer.user_id:
        raise NotFound("This link has been used or has run out.", hint="Ask an administrator for a new one.")
    PeopleRepository(uow).set_password_hash(person.viewer.user_id, hashed)
    WaysIn(uow).end_sessions(person.viewer.user_id)
    record(CHOSEN, subject=subject_of(person.viewer.user_id), actor=person.viewer, uow=uow)
