"""Notes that somebody pastes, beside accounts that they do not see."""

from pathlib import Path

import pytest

from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database
from copilot.store.documents import DocumentRepository
from knowledge.importing import import_folder
from knowledge.pasted import file_notes
from knowledge.planning import ImportOptions
from tests import approvals_builders as world
from tests.conftest import MakeUser

NOTES = "Notas de la reunión con el cliente de hoy, bastante largas."
NAMESAKE = "acc_00000000000000000099"


def test_a_hidden_account_of_the_same_name_changes_nothing(database: Database, make_user: MakeUser) -> None:
    ana = make_user("Ana Prueba")
    world.add_account(database, owner=ana)
    world.add_account(database, owner=make_user("Otra Persona"), account_id=NAMESAKE)
    document_id = file_notes(NOTES, account_id=world.ACCOUNT, viewer=ana, database=database, after_import=lambda _: 0)
    with database.unit_of_work() as uow:
        assert not AccountRepository(uow).names((NAMESAKE,), viewer=ana)
        filed = DocumentRepository(uow).texts_of_account(world.ACCOUNT, viewer=ana)
        assert [(item.id, item.text) for item in filed] == [(document_id, NOTES)]


def test_notes_for_an_account_that_one_may_not_see_are_refused(database: Database, make_user: MakeUser) -> None:
    world.add_account(database, owner=make_user("Otra Persona"), account_id=NAMESAKE)
    with pytest.raises(NotFound):
        file_notes(
            NOTES, account_id=NAMESAKE, viewer=make_user("Ana Prueba"), database=database, after_import=lambda _: 0
        )


def test_an_import_for_an_id_that_is_no_account_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "2026-11-12-a.txt").write_text(NOTES, encoding="utf-8")
    options = ImportOptions(max_bytes=10_000, account_id=NAMESAKE)
    with pytest.raises(InputError, match=NAMESAKE):
        import_folder(tmp_path, database=database, actor_id="tester", options=options)
