"""The whole way with the product's own parts: a file comes in, is answered and approved, and a file goes out."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.rfp_answers import Route, ShortForm
from copilot.domain.rfp_projects import ProjectState
from copilot.settings import Settings
from copilot.store.database import Database
from knowledge.questionnaires import read_questionnaire
from tests import approvals_builders as world
from tests.conftest import MakeUser

FILE = (
    b"No.;Section;Question;Answer\r\n"
    b"1;Security;Do you encrypt customer data at rest?;\r\n"
    b"2;Company;Which football club does your finance director support?;\r\n"
)
ANSWER = "Customer data is encrypted at rest with AES-256."


def in_own_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end on a loop of its own: the browser tests leave one running in the main thread."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(asyncio.run, work).result()


@pytest.fixture
def application(database: Database, data_dir: Path) -> Iterator[Application]:
    built = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    yield built
    built.close()


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


def approved_entry(application: Application, manager: Viewer) -> str:
    library = application.rfps.library
    with application.database.unit_of_work() as uow:
        entry = library.add(
            "Do you encrypt customer data at rest?",
            ANSWER,
            language=Language.EN,
            owner_id=manager.user_id,
            short=ShortForm.YES,
            viewer=manager,
            uow=uow,
        )
        return library.approve(entry.id, viewer=manager, uow=uow).id


def test_from_file_to_file(application: Application, ana: Viewer, make_user: MakeUser) -> None:
    manager = make_user(role=Role.MANAGER, language="en")
    entry_id, projects, database = approved_entry(application, manager), application.rfps.projects, application.database
    asked = read_questionnaire("security.csv", FILE, today=database.clock.today())
    with database.unit_of_work() as uow:
        project = projects.create(
            asked, file_name="security.csv", content=FILE, title="", account_id=None, viewer=ana, uow=uow
        )
        projects.start(project.id, viewer=ana, uow=uow)
    in_own_thread(application.jobs.work(wait=False))
    with database.unit_of_work() as uow:
        after = projects.get(project.id, viewer=ana, uow=uow)
    assert after.state is ProjectState.REVIEW
    first, second = after.questions
    assert first.answer is not None
    assert (first.answer.route, first.answer.library_entry_id) == (Route.APPROVED, entry_id)
    assert second.state.value == "no_source"
    with database.unit_of_work() as uow:
        projects.assign(project.id, [second.question.id], to_user_id=manager.user_id, viewer=ana, uow=uow)
        [filed] = projects.file(project.id, per="question", viewer=ana, uow=uow).drafts
    assert filed.report.risk is Risk.LOW, "an approved answer, word for word, is safe to approve with others"
    world.approve(database, filed.item, viewer=manager)
    with database.unit_of_work() as uow:
        package = projects.package(project.id, viewer=ana, uow=uow)
        files = application.approvals.deliverables(package.item.id, viewer=ana, uow=uow)
    filled = FILE.decode().replace("at rest?;\r\n", f"at rest?;Yes. {ANSWER}\r\n").encode()
    name = next(file.name for file in package.draft.files if file.name.endswith(".csv"))
    assert files[name] == filled
    with database.unit_of_work() as uow:
        assert projects.working_copy(project.id, viewer=ana, uow=uow).content == filled
        gaps = load_workbook(BytesIO(projects.gaps(project.id, Language.ES, viewer=ana, uow=uow))).active
    said = [cell for row in gaps.values for cell in row]
    assert manager.name in said
    assert manager.user_id not in said, "people are named, never by their id"
