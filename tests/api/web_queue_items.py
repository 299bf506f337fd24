"""Drafts for the tests of the queue's pages: filed as the product files them, in a moment."""

from collections.abc import Sequence

from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem
from copilot.store.evidence import EvidenceRepository
from tests.api.web_company import PASSWORD, Company
from tests.approvals_builders import draft_about

SUPPORTED = "La cuenta factura 84.000 € al año."
UNSUPPORTED = "La cuenta factura 99.000 € al año."


def file_draft(
    application: bootstrap.Application,
    company: Company,
    title: str,
    *,
    viewer: Viewer | None = None,
    account_id: str | None = None,
    sentences: Sequence[str] = (SUPPORTED,),
    kind: DraftKind = DraftKind.BRIEF,
    audience: Audience = Audience.INTERNAL,
    language: Language = Language.ES,
) -> ReviewItem:
    """File a draft about the first account that `viewer` (default: its owner) asked for."""
    asked_by, account = viewer or company.ae, account_id or company.account_id
    arr = f"record:{account}:arr"
    with application.database.unit_of_work() as uow:
        found = EvidenceRepository(uow).read([arr], viewer=asked_by)
        draft = draft_about(
            tuple(found.values()),
            [(sentence, (arr,)) for sentence in sentences],
            kind=kind,
            audience=audience,
            language=language,
            account_id=account,
        ).model_copy(update={"title": title})
        report = application.guardrails.check_draft(draft, viewer=asked_by, uow=uow)
        return application.approvals.submit(draft, report, viewer=asked_by, uow=uow)


def admin_of(application: bootstrap.Application) -> Viewer:
    """An administrator with a password."""
    viewer = Viewer(
        user_id="user-root", email="root@tramontia.example", name="Raúl Sistema", role=Role.ADMIN, team_id="north"
    )
    with application.database.unit_of_work() as uow:
        return application.people.add_user(viewer, password=PASSWORD, uow=uow)
