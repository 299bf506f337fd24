"""Documents in the store: idempotent replacement, removal, and reading on behalf of a viewer."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.domain.evidence import Origin
from copilot.domain.identity import stable_id
from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.documents import DocumentRepository
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.tables.records import AccountRow, SourceFileRow
from knowledge.chunking import cut
from tests.documents_builders import mail, parsed

MakeUser = Callable[..., Viewer]


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    """An account executive who owns the account `acc_1`; `src_1` to `src_4` are registered files."""
    viewer = make_user("Lucía", role=Role.AE, team="north")
    with database.unit_of_work() as uow:
        uow.session.add(
            AccountRow(
                id="acc_1", source_system="crm", source_id="1", as_of=date(2026, 11, 13), content_hash="x",
                name="Valdemora", owner_email=viewer.email, search_key="valdemora",
            )
        )  # fmt: skip
        for number in range(1, 5):
            uow.session.add(
                SourceFileRow(
                    id=f"src_{number}", root="demo", path=f"emails/{number}.eml", sha256="x",
                    media_type="message/rfc822", size_bytes=1, imported_at=uow.clock.now(),
                )
            )  # fmt: skip
    return viewer


@pytest.fixture
def letter(tmp_path: Path) -> ParsedDocument:
    return parsed(tmp_path, "x.eml", mail("Firmamos el lunes.\n\nUn saludo,\nMarta\n"))


def store(database: Database, document: ParsedDocument, *, source: str = "src_1", account: str | None = "acc_1") -> str:
    with database.unit_of_work() as uow:
        visibility = None if account else Visibility.MANAGERS
        return DocumentRepository(uow).replace(
            document, cut(document), source_file_id=source, account_id=account, visibility=visibility
        )


def passage_ids(database: Database, document_id: str) -> dict[str, str | None]:
    with database.unit_of_work() as uow:
        query = select(PassageRow.id, PassageRow.embedded_with).where(PassageRow.document_id == document_id)
        return {row.id: row.embedded_with for row in uow.session.execute(query)}


def mark_embedded(database: Database, document_id: str) -> None:
    with database.unit_of_work() as uow:
        for row in uow.session.scalars(select(PassageRow).where(PassageRow.document_id == document_id)):
            row.embedded_with = "some-model"


def test_stored_documents_come_back_as_they_were(database: Database, owner: Viewer, letter: ParsedDocument) -> None:
    outside = letter.model_copy(update={"origin": Origin.CUSTOMER, "direction": "inbound"})
    document_id = store(database, outside)
    assert document_id == stable_id("document", "demo", "emails/1.eml")
    with database.unit_of_work() as uow:
        stored = DocumentRepository(uow).for_viewer(document_id, viewer=owner)
    assert stored.text == letter.text
    assert stored.blocks == letter.blocks
    assert (stored.kind, stored.origin, stored.direction) == (DocumentKind.EMAIL, Origin.CUSTOMER, "inbound")
    assert stored.authored_at == datetime(2026, 9, 14, 8, 22, tzinfo=UTC)
    assert (stored.source_path, stored.message_id) == ("emails/1.eml", "uno@cliente.example")
    assert stored.participants == letter.participants


def test_importing_the_same_again_changes_nothing(
    database: Database, owner: Viewer, letter: ParsedDocument, clock: FixedClock
) -> None:
    document_id = store(database, letter)
    mark_embedded(database, document_id)
    before = passage_ids(database, document_id)
    clock.advance(timedelta(days=1))
    assert store(database, letter) == document_id
    assert passage_ids(database, document_id) == before
    assert set(before.values()) == {"some-model"}
    with database.unit_of_work() as uow:
        row = uow.session.get_one(DocumentRow, document_id)
        assert row.imported_at == clock.now() - timedelta(days=1)


def test_new_metadata_keeps_the_passages(database: Database, owner: Viewer, letter: ParsedDocument) -> None:
    document_id = store(database, letter)
    mark_embedded(database, document_id)
    store(database, letter.model_copy(update={"direction": "inbound"}))
    assert set(passage_ids(database, document_id).values()) == {"some-model"}
    with database.unit_of_work() as uow:
        assert DocumentRepository(uow).for_viewer(document_id, viewer=owner).direction == "inbound"


def test_new_text_or_readers_replace_the_passages(
    database: Database, owner: Viewer, letter: ParsedDocument, tmp_path: Path
) -> None:
    document_id = store(database, letter)
    mark_embedded(database, document_id)
    store(database, parsed(tmp_path, "x.eml", mail("Firmamos el martes.\n")))
    changed = passage_ids(database, document_id)
    assert set(changed.values()) == {None}
    mark_embedded(database, document_id)
    store(database, parsed(tmp_path, "x.eml", mail("Firmamos el martes.\n")), account=None)
    assert set(passage_ids(database, document_id).values()) == {None}
    with database.unit_of_work() as uow:
        rows = uow.session.scalars(select(PassageRow).where(PassageRow.document_id == document_id)).all()
        assert {(row.account_id, row.visibility) for row in rows} == {(None, "managers")}


def test_removed_documents_are_gone(database: Database, owner: Viewer, letter: ParsedDocument) -> None:
    document_id = store(database, letter)
    with database.unit_of_work() as uow:
        DocumentRepository(uow).remove(document_id)
    assert passage_ids(database, document_id) == {}
    with database.unit_of_work() as uow, pytest.raises(NotFound):
        DocumentRepository(uow).for_viewer(document_id, viewer=owner)
    with database.unit_of_work() as uow:
        DocumentRepository(uow).remove(document_id)


def test_what_may_not_be_seen_is_like_what_is_not_there(
    database: Database, owner: Viewer, letter: ParsedDocument, make_user: MakeUser
) -> None:
    document_id = store(database, letter)
    managers_only = store(database, letter, source="src_2", account=None)
    stranger = make_user("Otro", role=Role.AE, team="south")
    with database.unit_of_work() as uow:
        documents = DocumentRepository(uow)
        messages = []
        for unseen in (document_id, managers_only, "doc_absent"):
            with pytest.raises(NotFound) as caught:
                documents.for_viewer(unseen, viewer=stranger)
            messages.append(str(caught.value))
        assert len(set(messages)) == 1
        assert (
            documents.of_account("acc_1", viewer=stranger) == documents.of_account("acc_absent", viewer=stranger) == []
        )
        assert documents.texts_of_account("acc_1", viewer=stranger) == []
        with pytest.raises(NotFound):
            documents.for_viewer(managers_only, viewer=owner)
        manager = make_user("Jefa", role=Role.MANAGER, team="south")
        assert documents.for_viewer(managers_only, viewer=manager).visibility == "managers"


def test_lists_are_narrowed_and_ordered(database: Database, owner: Viewer, letter: ParsedDocument) -> None:
    for number, (kind, day) in enumerate(
        [(DocumentKind.EMAIL, 1), (DocumentKind.NOTE, 9), (DocumentKind.CONTRACT, 5), (DocumentKind.TRANSCRIPT, None)],
        1,
    ):
        authored = datetime(2026, 9, day, tzinfo=UTC) if day else None
        store(database, letter.model_copy(update={"kind": kind, "authored_at": authored}), source=f"src_{number}")
    with database.unit_of_work() as uow:
        documents = DocumentRepository(uow)

        def kinds(**options: object) -> list[str]:
            return [head.kind.value for head in documents.of_account("acc_1", viewer=owner, **options)]  # type: ignore[arg-type]

        assert kinds() == ["note", "contract", "email", "transcript"]
        assert kinds(limit=2) == ["note", "contract"]
        assert kinds(since=datetime(2026, 9, 5, tzinfo=UTC)) == ["note", "contract"]
        assert kinds(kinds=(DocumentKind.EMAIL, DocumentKind.TRANSCRIPT)) == ["email", "transcript"]
        texts = documents.texts_of_account("acc_1", viewer=owner)
        assert [document.kind.value for document in texts] == ["email", "note", "transcript"]
        assert all(document.text == letter.text for document in texts)


def test_a_document_needs_a_home_and_a_file(database: Database, owner: Viewer, letter: ParsedDocument) -> None:
    with database.unit_of_work() as uow:
        documents = DocumentRepository(uow)
        with pytest.raises(NotFound):
            documents.replace(letter, (), source_file_id="src_absent", account_id="acc_1")
        for account, visibility in ((None, None), ("acc_1", Visibility.STAFF)):
            with pytest.raises(ValueError, match="one account"):
                documents.replace(letter, (), source_file_id="src_1", account_id=account, visibility=visibility)
