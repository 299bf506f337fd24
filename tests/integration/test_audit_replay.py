"""The replay of one item: what produced it, what still holds, and what the reader may know."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from copilot.approvals.checkpoints import Checkpoints
from copilot.approvals.replay_item import ItemReplay, Reproduction, Today, replay_item
from copilot.cli.audit_replay_view import print_replay, replay_as_json
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Draft
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.errors import NotFound
from copilot.prompting import PromptRegistry
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from copilot.workflows.brief import BriefWorkflow
from copilot.workflows.written_again import write_again
from tests.approvals_builders import (
    add_account,
    add_email,
    approve,
    change_renewal,
    good_draft,
    service,
    submit,
)
from tests.conftest import MakeUser

IMPORTED = stable_id("account", "test", "A1")


def replay(database: Database, item_id: str, *, viewer: Viewer, prompts: PromptRegistry | None = None) -> ItemReplay:
    with database.unit_of_work() as uow:
        return replay_item(
            item_id, approvals=service(), write_again=write_again, viewer=viewer, uow=uow, prompts=prompts
        )


@pytest.fixture
def ana(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Ana Prueba", role=Role.AE)
    add_account(database, owner=viewer)
    add_email(database)
    _add_importable(database, owner=viewer)
    return viewer


def _add_importable(database: Database, *, owner: Viewer) -> None:
    """An account with the id that an import gives it: what a brief needs."""
    with database.unit_of_work() as uow:
        uow.session.add(
            AccountRow(
                id=IMPORTED,
                source_system="test",
                source_id="A1",
                as_of=date(2026, 11, 13),
                content_hash="x",
                name="Talleres Mencía",
                owner_email=owner.email,
                arr=Decimal(84000),
                currency="EUR",
                renewal_date=date(2027, 1, 31),
                search_key="talleres mencia",
            )
        )


def brief(database: Database, viewer: Viewer) -> str:
    with database.unit_of_work() as uow:
        return BriefWorkflow(service()).run(IMPORTED, viewer=viewer, language=Language.ES, uow=uow).item.id


def test_an_offline_brief_is_reproduced_to_the_byte(database: Database, ana: Viewer) -> None:
    found = replay(database, brief(database, ana), viewer=ana)
    assert found.reproduction is Reproduction.SAME
    assert found.sound
    assert found.sources
    assert {source.today for source in found.sources} == {Today.SAME}
    assert [step.action for step in found.steps] == ["review.submitted"]
    assert (found.steps[0].actor, found.steps[0].fits, found.steps[0].signed) == ("Ana Prueba", True, False)
    assert [version.whole for version in found.versions] == [True]
    assert found.prompt is None


def test_changed_sources_are_said_and_not_guessed_around(database: Database, ana: Viewer) -> None:
    item_id = brief(database, ana)
    change_renewal(database, to=date(2027, 6, 30), account_id=IMPORTED)
    found = replay(database, item_id, viewer=ana)
    assert found.reproduction is Reproduction.SOURCES_CHANGED
    assert Today.CHANGED in {source.today for source in found.sources}
    assert found.sound, "what happened is as it was"


def test_votes_release_and_checkpoints_are_told(
    database: Database, ana: Viewer, make_user: MakeUser, tmp_path: Path
) -> None:
    item = submit(database, good_draft(database, viewer=ana), viewer=ana)
    bea = make_user("Bea Prueba", role=Role.MANAGER)
    approve(database, item, viewer=bea)
    with database.unit_of_work() as uow:
        Checkpoints(Settings(data_dir=tmp_path)).make(uow=uow)
    found = replay(database, item.id, viewer=bea)
    assert found.sound
    assert found.approval_on_record is True
    assert all(step.signed for step in found.steps)
    assert [line.voter_name for line in found.view.votes] == ["Bea Prueba"]
    assert found.view.release is not None
    written = replay_as_json(found)
    assert written["sound"] is True
    assert written["votes"][0]["terms"] == item.requirement.terms


def test_a_vote_that_the_chain_does_not_have_is_missing(database: Database, ana: Viewer, make_user: MakeUser) -> None:
    item = submit(database, good_draft(database, viewer=ana), viewer=ana)
    bea = make_user("Bea Prueba", role=Role.MANAGER)
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into review_votes (id, review_item_id, voter_id, role, step, verdict, digest, terms, cast_at) "
                "values ('forged', :item, :voter, 'manager', 0, 'approve', 'x', 'x', now())"
            ),
            {"item": item.id, "voter": bea.user_id},
        )
        connection.execute(
            text("update review_items set state = 'approved', verdict = 'approve', decided_by = :voter where id = :id"),
            {"id": item.id, "voter": bea.user_id},
        )
    engine.dispose()
    found = replay(database, item.id, viewer=ana)
    assert not found.sound
    assert set(found.missing) == {"review.voted", "review.approved"}
    assert found.approval_on_record is False


def test_an_altered_event_does_not_fit(database: Database, ana: Viewer) -> None:
    item_id = brief(database, ana)
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("alter table audit_events disable trigger user"))
        connection.execute(text("update audit_events set actor_id = 'eva'"))
    engine.dispose()
    found = replay(database, item_id, viewer=ana)
    assert [step.fits for step in found.steps] == [False]
    assert not found.sound


def test_who_may_not_see_the_item_gets_no_replay(database: Database, ana: Viewer, make_user: MakeUser) -> None:
    item_id = brief(database, ana)
    stranger = make_user("Otro Prueba", role=Role.AE, team="south")
    with pytest.raises(NotFound):
        replay(database, item_id, viewer=stranger)


def test_a_models_draft_is_checked_and_not_reproduced(database: Database, ana: Viewer, tmp_path: Path) -> None:
    prompt = PromptRegistry().load("account_brief", language=Language.ES, version=1)
    draft = _by_model(good_draft(database, viewer=ana), sha256=prompt.sha256)
    item = submit(database, draft, viewer=ana)
    found = replay(database, item.id, viewer=ana)
    assert found.reproduction is Reproduction.MODEL
    assert found.prompt is not None
    assert found.prompt.today is Today.SAME
    (tmp_path / "manifest.toml").write_text("")
    found = replay(database, item.id, viewer=ana, prompts=PromptRegistry(tmp_path))
    assert found.prompt is not None
    assert found.prompt.today is Today.GONE
    other = submit(database, _by_model(good_draft(database, viewer=ana), sha256="0" * 64), viewer=ana)
    changed = replay(database, other.id, viewer=ana).prompt
    assert changed is not None
    assert changed.today is Today.CHANGED


def _by_model(draft: Draft, *, sha256: str) -> Draft:
    made = draft.provenance.model_copy(
        update={
            "writer": "model",
            "model": "m",
            "prompt_id": "account_brief",
            "prompt_version": 1,
            "prompt_sha256": sha256,
        }
    )
    return draft.model_copy(update={"provenance": made})


def test_an_edit_shows_its_words_and_its_author(
    database: Database, ana: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    item = submit(database, good_draft(database, viewer=ana), viewer=ana)
    with database.unit_of_work() as uow:
        edited = service().edit(
            item.id, {"summary.1": "Factura 84.000 € al año."}, digest=item.digest, viewer=ana, uow=uow
        )
    found = replay(database, edited.id, viewer=ana)
    assert found.reproduction is Reproduction.PERSON
    assert [version.version for version in found.versions] == [1, 2]
    assert found.versions[1].changes is not None
    assert len(found.versions[1].changes.lines) == 1
    for language in ("es", "en"):
        print_replay(found, viewer=ana.model_copy(update={"language": language}), as_json=False)
    shown = capsys.readouterr().out
    assert "[-La cuenta factura-]" in shown.replace("\n", "") or "[-" in shown
    assert "Cada paso está en la cadena" in shown
    assert "Every step is in the chain" in shown
