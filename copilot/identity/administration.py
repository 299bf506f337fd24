"""Who works here: added, changed, let go and let in again.

Invariants: nobody is deleted, because what they did names them; whoever leaves is out at once, on every way in; a
role, team or account that is taken away takes the votes along that rested on it.
"""

from dataclasses import dataclass

from copilot.approvals.lost_rights import void_lost_votes
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.identity.handover import HandedOver, hand_over
from copilot.identity.rules import (
    checked_address,
    checked_name,
    keep_an_admin,
    person_of,
    record,
    require_admin,
    subject_of,
)
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.staff import Person, StaffRepository
from copilot.store.ways_in import WaysIn

ADDED = "person.added"
CHANGED = "person.changed"
DEACTIVATED = "person.deactivated"
REACTIVATED = "person.reactivated"
ACCOUNT_OPENED = "person.account_opened"
ACCOUNT_CLOSED = "person.account_closed"


@dataclass(frozen=True, slots=True)
class Details:
    """What an administrator says about a person."""

    name: str
    role: Role
    team_id: str | None
    language: Language


def add_person(email: str, details: Details, *, by_groups: bool = False, actor: Viewer, uow: UnitOfWork) -> Person:
    """Let somebody in who was never here. They choose their password by a link, or come by single sign-on.

    `by_groups`: role and team follow the groups of the identity provider. Of two who add the same person at once, one
    is told so. Raises NotAllowed, InputError, or Conflict when the address is known.
    """
    require_admin(actor)
    address, name = checked_address(email), checked_name(details.name)
    if StaffRepository(uow).by_email(address) is not None:
        raise _known()
    _check_team(details.team_id, uow=uow)
    viewer = Viewer(
        user_id=str(uow.clock.new_id()),
        email=address,
        name=name,
        role=details.role,
        team_id=details.team_id,
        language=details.language.value,
    )
    if not PeopleRepository(uow).add(viewer, by_groups=by_groups):
        raise _known()
    record(ADDED, subject=subject_of(viewer.user_id), actor=actor, uow=uow, details=_told(viewer.role, viewer.team_id))
    return person_of(viewer.user_id, uow=uow)


def change_person(user_id: str, details: Details, *, actor: Viewer, uow: UnitOfWork) -> Person:
    """Another name, role, team or language. The same again changes nothing.

    Raises NotAllowed, NotFound, InputError, or Conflict for the last administrator and for what groups decide.
    """
    require_admin(actor)
    person = person_of(user_id, uow=uow)
    name, before = checked_name(details.name), person.viewer
    moves = (details.role, details.team_id) != (before.role, before.team_id)
    if (name, details.language.value) == (before.name, before.language) and not moves:
        return person
    if moves and person.by_groups:
        raise Conflict(
            "Role and team of this person follow the groups of the identity provider.",
            hint="Change their groups there; it counts from their next sign-in on.",
        )
    move_person(person, details.role, details.team_id, name=name, language=details.language.value, uow=uow)
    told = _told(details.role, details.team_id) | {"before": f"{before.role.value}/{before.team_id or ''}"}
    record(CHANGED, subject=subject_of(user_id), actor=actor, uow=uow, details=told)
    return person_of(user_id, uow=uow)


def move_person(person: Person, role: Role, team_id: str | None, *, name: str, language: str, uow: UnitOfWork) -> None:
    """Write it, whoever decided it. Raises InputError, or Conflict for the last administrator."""
    before = person.viewer
    _check_team(team_id, uow=uow)
    if person.active and before.role is Role.ADMIN and role is not Role.ADMIN:
        keep_an_admin(before.user_id, uow=uow)
    StaffRepository(uow).change(before.user_id, name=name, role=role, team_id=team_id, language=language)
    if (role, team_id) != (before.role, before.team_id):
        # At once: who gets the role back later has not given these approvals anew.
        void_lost_votes(uow=uow)


def deactivate(
    user_id: str, *, successor_id: str | None, approvals: ApprovalService, actor: Viewer, uow: UnitOfWork
) -> HandedOver:
    """Close every door for a person, and hand over what waits on them (to nobody in particular without a successor).

    Raises NotAllowed, NotFound, InputError, or Conflict for the last administrator.
    """
    require_admin(actor)
    person = person_of(user_id, uow=uow)
    if user_id == actor.user_id:
        raise NotAllowed("Nobody closes the door behind themselves.", hint="Ask another administrator to do it.")
    if not person.active:
        return HandedOver()
    if person.viewer.role is Role.ADMIN:
        keep_an_admin(user_id, uow=uow)
    handed = hand_over(
        user_id, to=_successor(successor_id, user_id, uow=uow), approvals=approvals, actor=actor, uow=uow
    )
    PeopleRepository(uow).deactivate(user_id, now=uow.clock.now())
    WaysIn(uow).drop_links(user_id)
    # At once: who is let in again later has not given these approvals anew.
    void_lost_votes(uow=uow)
    told = {"successor": successor_id or "", **handed.told}
    record(DEACTIVATED, subject=subject_of(user_id), actor=actor, uow=uow, details=told)
    return handed


def reactivate(user_id: str, *, actor: Viewer, uow: UnitOfWork) -> Person:
    """Let a person in again, as they were; sessions, tokens and links of before stay ended.

    Raises NotAllowed or NotFound.
    """
    require_admin(actor)
    person = person_of(user_id, uow=uow)
    if person.active:
        return person
    # Again: somebody who was signing in while the door closed may have got through after what was open had ended.
    WaysIn(uow).end_all(user_id)
    StaffRepository(uow).reactivate(user_id)
    record(REACTIVATED, subject=subject_of(user_id), actor=actor, uow=uow)
    return person_of(user_id, uow=uow)


def open_account(account_id: str, *, user_id: str, actor: Viewer, uow: UnitOfWork) -> None:
    """Let a person see an account that is not theirs: an administrator any, a manager one that they see themselves.

    Raises NotAllowed or NotFound.
    """
    if actor.role is not Role.MANAGER:
        require_admin(actor)
    person_of(user_id, uow=uow)
    if not EvidenceRepository(uow).visible_account_ids([account_id], viewer=actor):
        raise NotFound("There is no such account.", hint="Search for it by its name.")
    if any(grant.account_id == account_id for grant in StaffRepository(uow).grants(user_id)):
        return
    PeopleRepository(uow).grant_account(account_id, user_id=user_id)
    record(ACCOUNT_OPENED, subject=subject_of(user_id), actor=actor, uow=uow, details={"account": account_id})


def close_account(account_id: str, *, user_id: str, actor: Viewer, uow: UnitOfWork) -> None:
    """Take that back. Votes that rested on it are void. Raises NotAllowed or NotFound."""
    require_admin(actor)
    person_of(user_id, uow=uow)
    if StaffRepository(uow).withdraw_grant(account_id, user_id=user_id):
        void_lost_votes(uow=uow)
        record(ACCOUNT_CLOSED, subject=subject_of(user_id), actor=actor, uow=uow, details={"account": account_id})


def _known() -> Conflict:
    return Conflict(
        "Somebody with this address is, or was, here already.", hint="Find them among the people and change them."
    )


def _check_team(team_id: str | None, *, uow: UnitOfWork) -> None:
    # Locked: a team that is being deleted takes nobody in.
    if team_id is not None and StaffRepository(uow).team(team_id, lock=True) is None:
        raise InputError("There is no such team.", hint="Create it first.")


def _successor(successor_id: str | None, leaving: str, *, uow: UnitOfWork) -> Viewer | None:
    if not successor_id:
        return None
    found = PeopleRepository(uow).by_id(successor_id)
    if found is None or successor_id == leaving:
        raise InputError("Nobody can take over who is not here.", hint="Choose an active person.")
    return found


def _told(role: Role, team_id: str | None) -> dict[str, str]:
    return {"role": role.value, "team": team_id or ""}
