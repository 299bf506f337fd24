"""Teams: a manager sees what the people of their team own.

Invariant: a team with people in it is not deleted, former people too: what they own would change who sees it.
"""

from copilot.domain.access import Viewer
from copilot.errors import Conflict, NotFound
from copilot.identity.rules import checked_name, record, require_admin
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.staff import StaffRepository, Team

CREATED = "team.created"
RENAMED = "team.renamed"
DELETED = "team.deleted"


def teams(*, actor: Viewer, uow: UnitOfWork) -> tuple[Team, ...]:
    """All teams by name. Raises NotAllowed."""
    require_admin(actor)
    return StaffRepository(uow).teams()


def create_team(name: str, *, actor: Viewer, uow: UnitOfWork) -> Team:
    """A new team without people. Raises NotAllowed, InputError, or Conflict when the name is taken."""
    require_admin(actor)
    team_id, words = str(uow.clock.new_id()), _free_name(name, uow=uow)
    if not PeopleRepository(uow).add_team(team_id, words):
        raise _taken()
    record(CREATED, subject=f"team:{team_id}", actor=actor, uow=uow)
    return Team(id=team_id, name=words, members=0, former=0)


def rename_team(team_id: str, name: str, *, actor: Viewer, uow: UnitOfWork) -> None:
    """Another name. Raises NotAllowed, NotFound, InputError, or Conflict when the name is taken."""
    require_admin(actor)
    team = _found(team_id, uow=uow)
    words = _free_name(name, uow=uow, own=team_id)
    if words != team:
        PeopleRepository(uow).save_team(team_id, words)
        record(RENAMED, subject=f"team:{team_id}", actor=actor, uow=uow)


def delete_team(team_id: str, *, actor: Viewer, uow: UnitOfWork) -> None:
    """Remove a team in which nobody is. Raises NotAllowed, NotFound, or Conflict when somebody is."""
    require_admin(actor)
    _found(team_id, uow=uow)
    repository = StaffRepository(uow)
    if repository.has_members(team_id):
        raise Conflict("There are people in this team.", hint="Move them to another team first, former people too.")
    repository.delete_team(team_id)
    record(DELETED, subject=f"team:{team_id}", actor=actor, uow=uow)


def _found(team_id: str, *, uow: UnitOfWork) -> str:
    """The team's name; nobody joins it before this transaction ends."""
    team = StaffRepository(uow).team(team_id, lock=True)
    if team is None:
        raise NotFound("There is no such team.", hint="Look at the list of teams.")
    return team.name


def _free_name(name: str, *, uow: UnitOfWork, own: str = "") -> str:
    words = checked_name(name)
    holder = StaffRepository(uow).team_named(words)
    if holder is not None and holder != own:
        raise _taken()
    return words


def _taken() -> Conflict:
    return Conflict("There is a team with this name.", hint="Choose another name.")
