"""An erased person is nowhere any more, and nobody else has lost a word."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text, update

from copilot import bootstrap
from copilot.approvals.audit import export_events, verify_database, verify_export
from copilot.domain.access import Viewer, Visibility
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import InputError, NotAllowed, NotFound
from copilot.llm.embeddings.port import Vectors
from copilot.privacy.erasing import ErasureReport
from copilot.retrieval.indexing import embed_pending
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.passages import PassageRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.reviews import ReviewRepository
from copilot.store.tables.records import AccountRow
from copilot.store.vectors import SharedVectors
from tests import privacy_company as world
from tests.conftest import MakeUser
from tests.retrieval_support import WordEmbedder


class World:
    """The company after an import, three drafts and a conversation with a model."""

    def __init__(self, database: Database, data_dir: Path, folder: Path, make_user: MakeUser) -> None:
        self.database, self.folder = database, folder
        self.settings = Settings(data_dir=data_dir, embedding_model="none")
        self.application = bootstrap.assemble(self.settings, database=database)
        self.owner, self.manager, self.admin = world.people(make_user)
        world.write_export(folder, owner=self.owner.email)
        self.first_import = world.import_export(folder, self.application)
        self.released, self.pending, self.other = world.file_drafts(
            self.application, owner=self.owner, manager=self.manager
        )
        world.add_pseudonyms(database)

    def erase(
        self, person: str = world.EMAIL, *, viewer: Viewer | None = None, remove_files: bool = False
    ) -> ErasureReport:
        asking = viewer or self.admin
        return world.erase(
            self.application.privacy, person, viewer=asking, database=self.database, remove_files=remove_files
        )

    def named(self) -> list[str]:
        return world.where_named(world.everything_held(self.database))

    def records(self) -> dict[str, list[tuple[str, str]]]:
        """Every record and document as it reads, without hashes and dates of the import."""
        held = world.everything_held(self.database)
        tables = ("accounts", "contacts", "opportunities", "activities", "surveys", "tickets", "documents", "passages")
        loose = {"content_hash", "imported_at", "embedded_with"}
        return {name: sorted((row["id"], str(world.without(row, loose))) for row in held[name]) for name in tables}

    def state(self, item: ReviewItem) -> ReviewState:
        with self.database.unit_of_work() as uow:
            return self.application.approvals.get(item.id, viewer=self.manager, uow=uow).item.state


@pytest.fixture
def company(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> World:
    return World(database, data_dir, tmp_path / "export", make_user)


def test_the_person_is_planted_everywhere_and_then_nowhere(company: World) -> None:
    before = {place.partition(".")[0] for place in company.named()}
    assert before >= {
        "accounts", "contacts", "opportunities", "activities", "surveys", "tickets", "documents", "passages",
        "draft_versions", "deliverables", "review_items", "import_runs", "source_files", "pseudonym_entries",
    }  # fmt: skip
    assert company.state(company.released) is ReviewState.RELEASED
    report = company.erase(remove_files=True)
    assert company.named() == []
    assert report.contacts == 2
    assert report.passages > 0
    assert report.drafts >= 2
    assert report.files
    assert world.files_naming(company.settings.data_dir) == []


def test_what_sums_keep_of_an_account_is_overwritten_with_it_and_not_listed_twice(company: World) -> None:
    with company.database.unit_of_work() as uow:
        account_id = uow.session.scalars(select(AccountRow.id).order_by(AccountRow.id).limit(1)).one()
        uow.session.execute(update(AccountRow).where(AccountRow.id == account_id).values(owner_email=world.EMAIL))
    assert "account_standing.owner" in {place.partition(":")[0] for place in company.named()}
    report = company.erase()
    assert company.named() == []
    assert report.rows["accounts"] > 0
    assert "account_standing" not in report.rows


RENEWED = {
    "lexeme_statistics", "record_counts", "workspace", "audit_events", "procrastinate_jobs", "procrastinate_events",
}  # fmt: skip
"""Tables about the state of the installation, not about anybody."""
MOVED = {"passages": {"embedded_with"}, "review_items": {"state"}}


def test_nobody_else_loses_a_byte(company: World) -> None:
    before = world.everything_held(company.database)
    company.erase()
    after = world.everything_held(company.database)
    erased = {(row["draft_id"], row["version"]) for row in after["draft_versions"] if row["erased_at"]}
    assert 0 < len(erased) < len(after["draft_versions"])
    for table in sorted(set(before) - RENEWED):
        left = [world.without(row, MOVED.get(table, set())) for row in after[table]]
        for row in before[table]:
            if world.where_named({table: [row]}) or (row.get("draft_id"), row.get("version")) in erased:
                continue
            assert world.without(row, MOVED.get(table, set())) in left, table
    assert company.state(company.other) is ReviewState.PENDING


def test_a_word_that_is_a_name_only_with_a_capital_in_a_name_stays(company: World) -> None:
    company.erase()
    held = world.everything_held(company.database)
    bodies = [row["body"] for row in held["activities"]]
    assert "Salvo que cambie el precio seguimos igual." in bodies
    assert any(body and "juan.pedraza@duero.example" in body for body in bodies)
    assert "Juan Pedraza Lobo" in {row["name"] for row in held["contacts"]}


def test_offsets_citations_and_the_index_still_hold(company: World) -> None:
    before = {row["id"]: len(row["text"]) for row in world.everything_held(company.database)["documents"]}
    company.erase()
    held = world.everything_held(company.database)
    texts = {row["id"]: row["text"] for row in held["documents"]}
    assert {key: len(text) for key, text in texts.items()} == before
    for passage in held["passages"]:
        assert texts[passage["document_id"]][passage["start"] : passage["end"]] == passage["text"]
        assert ("█" in passage["text"]) <= (passage["embedded_with"] is None)
    assert any("240 licencias por 48.000 €" in text and "█" in text for text in texts.values())


def test_open_drafts_are_stale_and_the_gate_releases_no_redacted_version(company: World) -> None:
    world.decide(company.application, company.pending, viewer=company.manager)
    report = company.erase()
    assert report.drafts_made_stale >= 1
    assert company.state(company.pending) is ReviewState.STALE
    assert company.application.release_due() == 0
    assert company.state(company.released) is ReviewState.RELEASED


def test_the_audit_chain_verifies_says_so_and_names_nobody(company: World, tmp_path: Path) -> None:
    company.erase()
    with company.database.unit_of_work() as uow:
        assert verify_database(uow=uow).intact
        export_events(tmp_path / "audit.jsonl", uow=uow)
    assert verify_export(tmp_path / "audit.jsonl").intact
    assert "privacy.erased" in (tmp_path / "audit.jsonl").read_text(encoding="ascii")
    assert world.files_naming(tmp_path, world.NEEDLES) == [
        name for name in world.files_naming(tmp_path) if name.startswith(("export/", "data/exports/"))
    ]
    versions = world.everything_held(company.database)["draft_versions"]
    erased = [row for row in versions if row["erased_at"] is not None]
    assert {row["digest"] for row in erased} >= {company.released.digest, company.pending.digest}


def test_erasing_again_changes_nothing(company: World) -> None:
    company.erase(remove_files=True)
    before = world.everything_held(company.database)
    again = company.erase()
    assert (again.empty, again.files) == (True, ())
    after = world.everything_held(company.database)
    for table in sorted(set(before) - RENEWED - {"erasures"}):
        assert after[table] == before[table], table
    with pytest.raises(NotFound):
        company.erase(world.PERSON)


@pytest.mark.parametrize("query", ["BEGONA.arrieta@tormes.example", "0034 612 34 56 78", "begoña arrieta salvo"])
def test_one_person_is_meant_by_address_number_or_name(company: World, query: str) -> None:
    with company.database.unit_of_work() as uow:
        found = company.application.privacy.find(query, viewer=company.admin, uow=uow)
    assert {contact.source_id for contact in found.person.contacts} == {"c1", "9001"}


def test_only_an_administrator_may_ask(company: World) -> None:
    with pytest.raises(NotAllowed):
        company.erase(viewer=company.manager)


def test_staff_are_no_contacts(company: World) -> None:
    with pytest.raises(InputError, match="trabaja aquí"):
        company.erase(company.owner.email)


def test_the_same_export_does_not_bring_the_person_back(company: World) -> None:
    company.erase()
    before = company.records()
    report = world.import_export(company.folder, company.application)
    assert company.named() == []
    assert report.issues["person.erased"] == 2
    skipped = sum((table.skipped for table in report.tables), Counter())
    assert skipped == {"person.erased": 2}
    assert report.documents_removed == 0
    assert {item.outcome for item in report.documents} == {"unchanged"}
    assert company.records() == before


def test_nor_does_reading_every_document_again(company: World) -> None:
    company.erase()
    world.import_export(company.folder, company.application)
    passages = [row["id"] for row in world.everything_held(company.database)["passages"]]
    report = world.import_export(company.folder, company.application, reread=True)
    assert company.named() == []
    assert report.documents_removed == 0
    assert [row["id"] for row in world.everything_held(company.database)["passages"]] == passages
    again = world.import_export(company.folder, company.application)
    assert again.nothing_changed


def test_nor_does_a_new_export_from_elsewhere(company: World, tmp_path: Path) -> None:
    company.erase()
    world.write_export(tmp_path / "other", owner=company.owner.email)
    report = world.import_export(tmp_path / "other", company.application)
    assert report.issues["person.erased"] == 2
    # There it is another company's record: shorter forms of the name could mean somebody else.
    sure = (world.fold_all(world.PERSON), world.EMAIL, "612345678")
    assert world.where_named(world.everything_held(company.database), sure) == []


def test_vectors_of_what_changed_are_made_anew(company: World, tmp_path: Path) -> None:
    shared, embedder = SharedVectors(folder=tmp_path / "chroma"), WordEmbedder()
    embed_pending(company.database, embedder, shared=shared)
    before = vectors(company.database)
    nearest = shared.nearest(Visibility.STAFF, model_id="words-1", vector=embedder.embed_query("Begoña", "es"), limit=1)
    company.erase()
    touched = [row for row in world.everything_held(company.database)["passages"] if "█" in row["text"]]
    assert {row["embedded_with"] for row in touched} == {None}
    assert not {row["id"] for row in touched} & vectors(company.database).keys()
    assert embed_pending(company.database, embedder, shared=shared) == len(touched)
    after = vectors(company.database)
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] != before[key]} == {row["id"] for row in touched if row["account_id"]}
    again = shared.nearest(Visibility.STAFF, model_id="words-1", vector=embedder.embed_query("Begoña", "es"), limit=1)
    assert again[0].passage_id == nearest[0].passage_id
    assert again[0].similarity < nearest[0].similarity
    # But the 400 bytes of a new collection's lengths, which are out of reach: decision 0135.
    assert [name for name in world.files_naming(tmp_path / "chroma") if not name.endswith("/length.bin")] == []


class _ErasesMeanwhile(WordEmbedder):
    """Takes so long that somebody is erased while it works."""

    def __init__(self, company: World) -> None:
        super().__init__()
        self.company: World | None = company

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        if self.company is not None:
            self.company.erase()
            self.company = None
        return super().embed_passages(texts, languages)


def test_no_vector_of_what_was_said_before_outlives_the_erasure(company: World, tmp_path: Path) -> None:
    shared = SharedVectors(folder=tmp_path / "chroma")
    embed_pending(company.database, _ErasesMeanwhile(company), shared=shared)
    late = vectors(company.database)
    with company.database.unit_of_work() as uow:
        PassageRepository(uow).mark_all_pending()
    embed_pending(company.database, WordEmbedder(), shared=shared)
    assert late == vectors(company.database)


def vectors(database: Database) -> dict[str, str]:
    return {row["passage_id"]: str(row["embedding"]) for row in world.everything_held(database)["passage_vectors"]}


def test_an_item_that_is_just_being_delivered_is_not_delivered_redacted(company: World) -> None:
    world.decide(company.application, company.pending, viewer=company.manager)
    with company.database.unit_of_work() as uow:
        ReleaseRepository(uow).start(company.pending.id, attempt_id="cut-off", channel="files")
    company.erase()
    company.application.release_due()
    with company.database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(company.pending.id)
    assert release is not None
    assert release.state is ReleaseState.FAILED
    written = [path for path in world.files_below(company.settings.exports) if company.pending.id in str(path)]
    assert written == []


def test_an_approval_put_back_by_hand_releases_no_redacted_version(company: World) -> None:
    world.decide(company.application, company.pending, viewer=company.manager)
    company.erase()
    with company.database.unit_of_work() as uow:
        ReviewRepository(uow).move(company.pending.id, to=ReviewState.APPROVED, allowed_from=(ReviewState.STALE,))
    assert company.application.release_due() == 0
    with company.database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(company.pending.id)
    assert release is not None
    assert (release.state, release.error_code) == (ReleaseState.FAILED, "approver_not_entitled"), "its votes are void"


def test_a_table_that_forgets_is_noticed(company: World) -> None:
    """The scan reads tables that this code has never heard of, and so does the erasure."""
    engine = create_engine(company.database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("create table remarks (id int primary key, body text, notes jsonb, blob bytea)"))
        connection.execute(text("grant all on remarks to public"))
        connection.execute(
            text('insert into remarks values (1, :body, \'{"a": ["Begoña Arrieta", 1]}\', :blob)'),
            {"body": f"De {world.PERSON}", "blob": world.EMAIL.encode()},
        )
        connection.execute(text("insert into remarks values (2, 'Alice Thornton', null, null)"))
    engine.dispose()
    assert {name for name in company.named() if name.startswith("remarks")} >= {"remarks.blob: begona"}
    company.erase()
    assert company.named() == []
    rows = world.everything_held(company.database)["remarks"]
    assert {row["body"] for row in rows} == {f"De {'█' * len(world.PERSON)}", "Alice Thornton"}
    assert rows[0]["notes"] is None or rows[0]["notes"] == {"a": ["█" * 14, 1]}
