"""The demo company in a database of its own, and what tests ask of its follow-ups."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.documents import StoredDocument
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.accounts import AccountRepository
from copilot.store.database import Database
from copilot.store.documents import DocumentRepository
from knowledge import demo_company
from knowledge.progress import Silent

NAME = "test_demo_follow_ups"


@dataclass
class Demo:
    """The demo company's application and one person who sees all of it."""

    application: Application
    admin: Viewer
    found: dict[str, tuple[str, StoredDocument]] = field(default_factory=dict)
    """`<account folder>/<file>` -> account id and document, of every text of the accounts."""

    def source(self, name: str) -> tuple[str, StoredDocument]:
        """Account id and document of a file; the name may leave out the folder of the kind."""
        return self.found[name]


@contextmanager
def demo(server: embedded.EmbeddedAddresses, template: str = "copilot_template") -> Iterator[Demo]:
    """Load it, once for a module of tests."""
    admin_url = server.superuser_url.replace("postgresql+psycopg://", "postgresql://")
    admin_url = admin_url.replace(f"/{template}?", "/postgres?")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f'create database "{NAME}" template "{template}" owner "{embedded.OWNER_ROLE}"')
    own = embedded.addresses(server.superuser_url, database=NAME)
    clock = FixedClock(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    database = Database(own.application_url, owner_url=own.owner_url, clock=clock)
    with TemporaryDirectory(prefix="sales-copilot-tests-") as folder:
        settings = Settings(data_dir=Path(folder), embedding_model="none")
        application = bootstrap.assemble(settings, database=database)
        described = demo_company.load_people(application, password="only for these tests")
        admin = next(person for person in described.people if person.role is Role.ADMIN)
        demo_company.load_records(application, actor=admin, progress=Silent())
        made = Demo(application=application, admin=admin)
        _index(made)
        try:
            yield made
        finally:
            application.close()
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f'drop database "{NAME}" with (force)')


def _index(made: Demo) -> None:
    with made.application.database.unit_of_work() as uow:
        page = AccountRepository(uow).page(viewer=made.admin, query="", cursor=None, limit=200)
        for account in page.accounts:
            for document in DocumentRepository(uow).texts_of_account(account.id, viewer=made.admin):
                parts = Path(document.source_path).parts
                made.found[f"{parts[1]}/{parts[-1]}"] = account.id, document
