"""The answer library: what is offered, who decides, and what is found wrong with it."""

from datetime import date, timedelta
from typing import Any

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.answer_library import EntryState, LibraryEntry, ProposedChange
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.tables.documents import PassageRow
from copilot.workflows.rfp.library import AnswerLibrary, LibraryRow
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import SOURCE, make_rfp

QUESTION = "Do you encrypt customer data at rest?"
ANSWER = "Customer data is encrypted at rest with AES-256."


class Library:
    """The library over one database, each call in a unit of work of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.service = AnswerLibrary()

    def add(self, viewer: Viewer, question: str = QUESTION, text: str = ANSWER, **changes: Any) -> LibraryEntry:
        given: dict[str, Any] = {"language": Language.EN, "owner_id": viewer.user_id} | changes
        with self.database.unit_of_work() as uow:
            return self.service.add(question, text, viewer=viewer, uow=uow, **given)

    def approved(self, viewer: Viewer, question: str = QUESTION, text: str = ANSWER, **changes: Any) -> LibraryEntry:
        entry = self.add(viewer, question, text, **changes)
        return self.approve(entry, viewer)

    def approve(self, entry: LibraryEntry, viewer: Viewer) -> LibraryEntry:
        with self.database.unit_of_work() as uow:
            return self.service.approve(entry.id, viewer=viewer, uow=uow)

    def offered(self, question: str, viewer: Viewer, language: Language = Language.EN) -> list[tuple[str, float]]:
        with self.database.unit_of_work() as uow:
            found = self.service.candidates(question, language=language, viewer=viewer, uow=uow)
        return [(match.entry.id, round(match.likeness, 2)) for match in found]

    def propose(self, viewer: Viewer, entry: LibraryEntry | None, text: str = "With AES-256-GCM.") -> ProposedChange:
        with self.database.unit_of_work() as uow:
            return self.service.propose(
                entry.id if entry else None,
                question=entry.question if entry else "Is there a roadmap?",
                answer=text,
                language=Language.EN,
                viewer=viewer,
                uow=uow,
            )

    def accept(self, change: ProposedChange, viewer: Viewer) -> LibraryEntry:
        with self.database.unit_of_work() as uow:
            return self.service.accept(change.id, viewer=viewer, uow=uow)

    def stale(self, viewer: Viewer) -> list[str]:
        with self.database.unit_of_work() as uow:
            return [entry.id for entry in self.service.stale(viewer=viewer, uow=uow)]


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    """Policy lets her approve what she brings in."""
    return make_user("Ana Prueba", role=Role.MANAGER, language="en")


@pytest.fixture
def bea(make_user: MakeUser) -> Viewer:
    return make_user("Bea Prueba", language="en")


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


def test_only_approved_entries_are_offered_the_most_alike_first(library: Library, ana: Viewer) -> None:
    waiting = library.add(ana)
    close = library.approved(ana, "Is customer data encrypted at rest?")
    library.approved(ana, "Where are your offices?", "In Salamanca.")
    retired = library.approved(ana, "Do you encrypt data at rest?")
    with library.database.unit_of_work() as uow:
        library.service.retire(retired.id, viewer=ana, uow=uow)
    assert [key for key, _ in library.offered(QUESTION, ana)] == [close.id]
    library.approve(waiting, ana)
    assert library.offered(QUESTION, ana)[0] == (waiting.id, 1.0)
    assert library.offered("do you encrypt CUSTOMER data, at rest", ana)[0] == (waiting.id, 1.0)


def test_accents_and_inflections_are_found_and_a_denial_counts(library: Library, ana: Viewer) -> None:
    es = {"language": Language.ES}
    entry = library.approved(ana, "¿Conservan copias de seguridad cifradas?", "Sí, treinta días.", **es)
    library.approved(ana, "¿Conservan copias de seguridad sin cifrar?", "No.", **es)
    found = library.offered("Conserva la empresa copia de seguridad cifrada", ana, Language.ES)
    assert found[0][0] == entry.id
    assert found[0][1] > found[1][1] + 0.2


def test_an_entry_is_read_by_whoever_may_read_what_it_was_written_from(
    library: Library, ana: Viewer, bea: Viewer
) -> None:
    secret = library.approved(ana, visibility=Visibility.MANAGERS)
    assert library.offered(QUESTION, bea) == []
    assert library.offered(QUESTION, ana) == [(secret.id, 1.0)]
    with pytest.raises(NotFound), library.database.unit_of_work() as uow:
        library.service.get(secret.id, viewer=bea, uow=uow)
    with pytest.raises(NotAllowed):
        library.add(bea, visibility=Visibility.ADMINS)


def test_a_changed_source_and_a_review_that_is_overdue_are_told(
    database: Database, clock: FixedClock, ana: Viewer
) -> None:
    make_rfp(database, viewer=ana)
    library = Library(database)
    sources = world.evidence_of(database, (SOURCE,), viewer=ana)
    entry = library.approved(ana, sources=sources)
    other = library.approved(ana, "Who owns the data?", "You do.", review_by=date(2026, 11, 20))
    assert library.stale(ana) == []
    with database.unit_of_work() as uow:
        uow.session.get_one(PassageRow, world.SHARED_PASSAGE).text = "Nothing is encrypted."
        match, *_ = library.service.candidates(QUESTION, language=Language.EN, viewer=ana, uow=uow)
    assert match.source_changed
    assert library.stale(ana) == [entry.id]
    library.approve(entry, ana)
    assert library.stale(ana) == [], "its owner held it against the source as it is now"
    clock.advance(timedelta(days=4))
    assert library.stale(ana) == []
    clock.advance(timedelta(days=1))
    assert library.stale(ana) == [other.id]


def test_only_the_owner_or_an_administrator_approves(
    library: Library, ana: Viewer, bea: Viewer, make_user: MakeUser
) -> None:
    manager, admin = make_user(role=Role.MANAGER), make_user(role=Role.ADMIN)
    entry = library.add(ana, owner_id=bea.user_id)
    with pytest.raises(NotAllowed):
        library.approve(entry, manager)
    assert library.approve(entry, bea).approved_by == bea.user_id, "somebody else's words"
    assert library.approve(entry, admin).approved_by == admin.user_id
    nobodys = library.add(ana, "Is there an SLA?", "There is.", owner_id=None)
    with pytest.raises(NotAllowed):
        library.approve(nobodys, bea)
    taken = library.approve(nobodys, manager)
    assert (taken.owner_id, taken.state) == (manager.user_id, EntryState.APPROVED)
    assert taken.review_by == date(2027, 11, 16)
    with pytest.raises(InputError):
        library.add(ana, owner_id="user-none")


def test_nobody_approves_what_they_brought_in_unless_policy_lets_their_role(
    library: Library, ana: Viewer, bea: Viewer, make_user: MakeUser
) -> None:
    mine = library.add(bea)
    other = library.add(bea, "Who owns the data?", "You do.")
    for viewer in (bea, make_user()):
        with pytest.raises(NotAllowed):
            library.approve(mine, viewer)
    with library.database.unit_of_work() as uow:
        both, service = (mine, other), library.service
        assert not service.approvable(both, viewer=bea, uow=uow)
        assert service.approvable(both, viewer=ana, uow=uow) == {mine.id, other.id}
        approved = service.approve_all([mine.id, other.id], viewer=ana, uow=uow)
    assert {(entry.owner_id, entry.approved_by) for entry in approved} == {(bea.user_id, ana.user_id)}
    assert library.approve(mine, bea).approved_by == bea.user_id, "that it is still right, its owner says"
    change = library.propose(bea, mine)
    with pytest.raises(NotAllowed):
        library.accept(change, bea)
    assert library.accept(change, ana).version == 2


def test_several_are_approved_together_or_none(library: Library, ana: Viewer, bea: Viewer) -> None:
    theirs = library.add(ana, "Who owns the data?", "You do.", owner_id=bea.user_id)
    mine = library.add(bea)
    with pytest.raises(NotAllowed), library.database.unit_of_work() as uow:
        library.service.approve_all([mine.id, theirs.id], viewer=bea, uow=uow)
    assert library.offered("Who owns the data?", bea) == []


def test_a_change_becomes_a_version_when_its_owner_says_so(library: Library, ana: Viewer, bea: Viewer) -> None:
    entry = library.approved(ana, short=ShortForm.YES)
    change = library.propose(bea, entry)
    assert change.owner_id == ana.user_id
    with pytest.raises(NotAllowed):
        library.accept(change, bea)
    assert library.offered(QUESTION, ana) == [(entry.id, 1.0)]
    after = library.accept(change, ana)
    assert (after.version, after.answer, after.state) == (2, "With AES-256-GCM.", EntryState.APPROVED)
    with library.database.unit_of_work() as uow:
        told = library.service.versions(entry.id, viewer=bea, uow=uow)
        assert library.service.changes(viewer=ana, uow=uow) == ()
    assert [(each.version, each.answer, each.written_by, each.approved_by) for each in told] == [
        (1, ANSWER, ana.user_id, ana.user_id),
        (2, "With AES-256-GCM.", bea.user_id, ana.user_id),
    ]
    with pytest.raises(NotFound):
        library.accept(change, ana)


def test_of_two_changes_to_one_version_the_second_is_refused(library: Library, ana: Viewer, bea: Viewer) -> None:
    entry = library.approved(ana)
    first, second = library.propose(bea, entry), library.propose(bea, entry, "Otherwise.")
    library.accept(first, ana)
    with pytest.raises(Conflict):
        library.accept(second, ana)
    with library.database.unit_of_work() as uow:
        library.service.reject(second.id, viewer=ana, uow=uow)
        assert library.service.changes(viewer=ana, uow=uow) == ()


def test_a_proposed_entry_belongs_to_whoever_takes_it_on(library: Library, bea: Viewer, make_user: MakeUser) -> None:
    manager = make_user(role=Role.MANAGER)
    change = library.propose(bea, None)
    with pytest.raises(NotAllowed):
        library.accept(change, bea)
    entry = library.accept(change, manager)
    assert (entry.owner_id, entry.state, entry.version) == (manager.user_id, EntryState.APPROVED, 1)
    assert library.offered("Is there a roadmap?", bea) == [(entry.id, 1.0)]


def test_duplicates_and_conflicts_are_found_among_like_questions_only(library: Library, ana: Viewer) -> None:
    yes = library.add(ana, short=ShortForm.YES)
    same = library.add(ana, "Do you encrypt customer data at rest", "AES-256 it is.", short=ShortForm.YES)
    no = library.add(ana, "Is customer data encrypted at rest?", "It is not.", short=ShortForm.NO)
    library.add(ana, "Is customer data encrypted in transit?", "TLS 1.3.", short=ShortForm.YES)
    thirty = library.add(ana, "How long are backups kept?", "Backups are kept for 30 days.")
    ninety = library.add(ana, "How long are the backups kept?", "Backups are kept for 90 days.")
    with library.database.unit_of_work() as uow:
        found = library.service.findings(viewer=ana, uow=uow)
    pairs = {(each.kind, frozenset({each.first, each.second})) for each in found}
    assert pairs == {
        ("duplicate", frozenset({yes.id, same.id})),
        ("conflict", frozenset({yes.id, no.id})),
        ("conflict", frozenset({same.id, no.id})),
        ("conflict", frozenset({thirty.id, ninety.id})),
    }


def test_a_table_is_taken_over_row_by_row_and_nothing_silently(library: Library, ana: Viewer) -> None:
    rows = [
        LibraryRow(QUESTION, ANSWER, short="Yes"),
        LibraryRow("¿Dónde se guardan los datos?", "En Madrid, en dos centros de datos."),
        LibraryRow(QUESTION, f"{ANSWER} "),
        LibraryRow("", "An answer to nothing."),
    ]

    def take_over() -> Any:
        with library.database.unit_of_work() as uow:
            return library.service.import_rows(rows, origin="old.xlsx", owner=ana.user_id, viewer=ana, uow=uow)

    first, again = take_over(), take_over()
    assert [(entry.language, entry.short, entry.state) for entry in first.added] == [
        (Language.EN, ShortForm.YES, EntryState.PROPOSED),
        (Language.ES, None, EntryState.PROPOSED),
    ]
    assert (first.known, first.unusable) == (1, (3,))
    assert (again.added, again.known) == ((), 3)
    assert library.offered(QUESTION, ana) == []


def test_what_is_done_is_in_the_audit_chain_without_a_word_of_it(library: Library, ana: Viewer) -> None:
    entry = library.approved(ana)
    with library.database.unit_of_work() as uow:
        events = AuditLog(uow).about(f"library:{entry.id}")
    assert [event.action for event in events] == ["library.added", "library.approved"]
    assert "AES" not in str(events)


def test_an_approved_answer_is_evidence_that_may_carry_a_promise_until_it_changes(
    database: Database, library: Library, ana: Viewer
) -> None:
    entry = library.approved(ana, "Are you certified?", "We are certified under ISO 27001 since 2019.")
    key = f"record:{entry.id}:answer"
    evidence = world.evidence_of(database, (key,), viewer=ana)
    assert evidence[0].text == entry.answer
    draft = world.draft_about(
        evidence,
        ((entry.answer, (key,)),),
        audience=Audience.EXTERNAL,
        account_id=None,
        kind=DraftKind.RFP_ANSWER,
        language=Language.EN,
    )

    def rules() -> set[str]:
        with database.unit_of_work() as uow:
            return {item.rule for item in Guardrails().check_draft(draft, viewer=ana, uow=uow).findings}

    assert not {rule for rule in rules() if rule.startswith(("commitment", "grounding", "evidence"))}
    with database.unit_of_work() as uow:
        library.service.retire(entry.id, viewer=ana, uow=uow)
    assert "commitment.security_without_evidence" in rules()
