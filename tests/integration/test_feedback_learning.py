"""From edits in the queue to styles: what is learnt, from whom, when, and what is never."""

import pytest

from copilot.approvals.feedback.learning import learn_due
from copilot.approvals.feedback.styles import Styles, person_scope, team_scope
from copilot.domain.access import Role, Viewer
from copilot.domain.feedback import FeedbackKind
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.domain.style import StyleChange
from copilot.errors import InputError, NotAllowed
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.feedback import FeedbackRepository
from copilot.store.style import StyleRepository
from tests.conftest import MakeUser
from tests.feedback_builders import ACCOUNTS, add_accounts, approved, edited, filed, sent_back

OLD = "Conviene utilizar el módulo: la cuenta factura 84.000 € al año."
NEW = "Conviene usar el módulo: la cuenta factura 84.000 € al año."


@pytest.fixture
def owner(make_user: MakeUser) -> Viewer:
    return make_user("Inés Robledo", role=Role.AE)


@pytest.fixture
def editor(make_user: MakeUser) -> Viewer:
    return make_user("Bruno Salas", role=Role.MANAGER)


@pytest.fixture
def other_editor(make_user: MakeUser) -> Viewer:
    return make_user("Celia Marcos", role=Role.MANAGER)


@pytest.fixture
def approver(make_user: MakeUser) -> Viewer:
    return make_user("Dario Poza", role=Role.ADMIN)


def corrected(
    database: Database, owner: Viewer, editors: list[Viewer], *, old: str = OLD, new: str = NEW
) -> list[ReviewItem]:
    """Four drafts about four accounts, each edited by the next of the editors."""
    items = []
    for number, account_id in enumerate(ACCOUNTS):
        item = filed(database, old, requester=owner, account_id=account_id)
        items.append(edited(database, item, new, editor=editors[number % len(editors)]))
    return items


def test_only_approved_edits_teach(database: Database, owner: Viewer, editor: Viewer, approver: Viewer) -> None:
    add_accounts(database, owner=owner)
    items = corrected(database, owner, [editor])
    scope = person_scope(editor, Language.ES)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        assert StyleRepository(uow).current(scope).version == 0
    for item in items:
        approved(database, item, approver=approver)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
    with database.unit_of_work() as uow:
        style = StyleRepository(uow).current(scope)
        assert [(item.before, item.after) for item in style.preferences] == [("utilizar", "usar")]
        assert set(style.preferences[0].items) == {item.id for item in items}
        assert style.version == 1
        # One person is not a team.
        shared = team_scope(editor, Language.ES)
        assert shared is not None
        assert StyleRepository(uow).current(shared).version == 0
        assert [event.action for event in AuditLog(uow).about(f"style:{scope}")] == ["style.learnt"]
        assert learn_due(uow=uow) == 0


def test_what_several_people_correct_is_the_teams(
    database: Database, owner: Viewer, editor: Viewer, other_editor: Viewer, approver: Viewer
) -> None:
    add_accounts(database, owner=owner)
    for item in corrected(database, owner, [editor, other_editor]):
        approved(database, item, approver=approver)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
    with database.unit_of_work() as uow:
        shared = team_scope(owner, Language.ES)
        assert shared is not None
        assert [item.after for item in StyleRepository(uow).current(shared).preferences] == ["usar"]
        preferences, _ = Styles().in_force(owner, language=Language.ES, uow=uow)
        assert [item.after for item in preferences] == ["usar"]
        assert Styles().in_force(owner, language=Language.EN, uow=uow)[0] == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("La cuenta factura 84.000 € al año.", "La cuenta factura 48.000 € al año."),
        ("El cliente acepta y factura 84.000 €.", "El cliente no acepta y factura 84.000 €."),
        ("La renovación se firma en enero.", "La renovación se firma en marzo."),
        ("Habla con Cuenta Prueba A del módulo.", "Habla con Cuenta Prueba B del módulo."),
    ],
    ids=["amount", "negation", "month", "account"],
)
def test_facts_are_never_learnt(
    database: Database, owner: Viewer, editor: Viewer, approver: Viewer, old: str, new: str
) -> None:
    add_accounts(database, owner=owner)
    for item in corrected(database, owner, [editor], old=old, new=new):
        approved(database, item, approver=approver)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        assert StyleRepository(uow).current(person_scope(editor, Language.ES)).version == 0


def test_one_account_is_not_enough(database: Database, owner: Viewer, editor: Viewer, approver: Viewer) -> None:
    add_accounts(database, owner=owner)
    for _ in range(4):
        item = edited(database, filed(database, OLD, requester=owner), NEW, editor=editor)
        approved(database, item, approver=approver)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        assert StyleRepository(uow).current(person_scope(editor, Language.ES)).version == 0


def test_a_style_can_be_switched_and_rolled_back(
    database: Database, owner: Viewer, editor: Viewer, approver: Viewer
) -> None:
    add_accounts(database, owner=owner)
    for item in corrected(database, owner, [editor]):
        approved(database, item, approver=approver)
    scope, styles = person_scope(editor, Language.ES), Styles()
    key = "wording:utilizar>usar"
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        assert styles.switch(scope, key, enabled=False, viewer=editor, uow=uow).version == 2
        assert styles.in_force(editor, language=Language.ES, uow=uow)[0] == ()
        assert styles.switch(scope, key, enabled=False, viewer=editor, uow=uow).version == 2
        assert styles.roll_back(scope, to=1, viewer=editor, uow=uow).change is StyleChange.ROLLED_BACK
        assert len(styles.in_force(editor, language=Language.ES, uow=uow)[0]) == 1
        back = styles.roll_back(scope, to=0, viewer=editor, uow=uow)
        assert [item.enabled for item in back.preferences] == [False]
        with pytest.raises(InputError):
            styles.roll_back(scope, to=9, viewer=editor, uow=uow)
        with pytest.raises(InputError):
            styles.switch(scope, "wording:nada>algo", enabled=True, viewer=editor, uow=uow)
    item = edited(database, filed(database, OLD, requester=owner), NEW, editor=editor)
    approved(database, item, approver=approver)
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        # What a person took back is not learnt again.
        assert styles.in_force(editor, language=Language.ES, uow=uow)[0] == ()
    with database.unit_of_work() as uow:
        actions = [event.action for event in AuditLog(uow).about(f"style:{scope}")]
        assert actions[:4] == ["style.learnt", "style.switched", "style.rolled_back", "style.rolled_back"]


def test_a_team_style_is_for_its_managers_and_can_be_muted_for_oneself(
    database: Database, owner: Viewer, editor: Viewer, other_editor: Viewer, approver: Viewer, make_user: MakeUser
) -> None:
    add_accounts(database, owner=owner)
    for item in corrected(database, owner, [editor, other_editor]):
        approved(database, item, approver=approver)
    shared, key = team_scope(owner, Language.ES), "wording:utilizar>usar"
    assert shared is not None
    stranger = make_user("Gema Sanz", role=Role.MANAGER, team="south")
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        with pytest.raises(NotAllowed):
            Styles().switch(shared, key, enabled=False, viewer=owner, uow=uow)
        Styles().mute(key, language=Language.ES, viewer=owner, uow=uow)
        assert Styles().in_force(owner, language=Language.ES, uow=uow)[0] == ()
        assert len(Styles().in_force(other_editor, language=Language.ES, uow=uow)[0]) == 1
        assert all(not style.preferences for style in Styles().of(stranger, uow=uow))
        Styles().switch(shared, key, enabled=False, viewer=editor, uow=uow)
        assert Styles().in_force(other_editor, language=Language.ES, uow=uow)[0] == ()


def test_refusals_are_feedback_by_family_and_reference(
    database: Database, owner: Viewer, editor: Viewer, approver: Viewer
) -> None:
    add_accounts(database, owner=owner)
    one = sent_back(database, filed(database, OLD, requester=owner), "Es demasiado largo, resúmelo.", by=editor)
    two = sent_back(
        database, filed(database, OLD, requester=owner), "La cifra es incorrecta", by=approver, verdict=Verdict.REJECT
    )
    with database.unit_of_work() as uow:
        learn_due(uow=uow)
        assert learn_due(uow=uow) == 0
        found = FeedbackRepository(uow).recent(viewer=editor, since=one.submitted_at)
        assert {(entry.item_id, entry.kind, entry.topics) for entry in found} == {
            (one.id, FeedbackKind.CHANGE_REQUEST, ("too_long",)),
            (two.id, FeedbackKind.REJECTION, ("wrong",)),
        }
