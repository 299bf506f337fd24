"""Drafts that are edited and approved, for tests of what is learnt from them."""

from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.store.database import Database
from tests.approvals_builders import add_account, decision, draft_about, evidence_of, service, submit

ACCOUNTS = tuple(f"acc_0000000000000000010{number}" for number in range(4))


def add_accounts(database: Database, *, owner: Viewer) -> None:
    """Four accounts of one owner."""
    for number, account_id in enumerate(ACCOUNTS):
        add_account(database, owner=owner, account_id=account_id, name=f"Cuenta Prueba {'ABCD'[number]}")


def filed(
    database: Database,
    text: str,
    *,
    requester: Viewer,
    account_id: str = ACCOUNTS[0],
    language: Language = Language.ES,
    audience: Audience = Audience.INTERNAL,
) -> ReviewItem:
    """A brief of one sentence that cites the account's revenue, in the queue."""
    cited = f"record:{account_id}:arr"
    evidence = evidence_of(database, (cited,), viewer=requester)
    draft = draft_about(
        evidence, ((text, (cited,)),), account_id=account_id, kind=DraftKind.BRIEF, language=language, audience=audience
    )
    return submit(database, draft.model_copy(update={"as_of": date(2026, 11, 16)}), viewer=requester)


def edited(database: Database, item: ReviewItem, text: str, *, editor: Viewer) -> ReviewItem:
    """The item with its one sentence changed."""
    with database.unit_of_work() as uow:
        return service().edit(item.id, {"summary.1": text}, digest=item.digest, viewer=editor, uow=uow)


def approved(database: Database, item: ReviewItem, *, approver: Viewer) -> ReviewItem:
    """The item approved, whatever had to be accepted by name."""
    with database.unit_of_work() as uow:
        needed = service().get(item.id, viewer=approver, uow=uow).unsupported_segments
        done = service().decide(item.id, decision(item, approver, accepted=needed), viewer=approver, uow=uow)
    assert done.state is ReviewState.APPROVED, done.state
    return done


def sent_back(
    database: Database, item: ReviewItem, comment: str, *, by: Viewer, verdict: Verdict = Verdict.REQUEST_CHANGES
) -> ReviewItem:
    """The item with changes requested, or rejected."""
    with database.unit_of_work() as uow:
        return service().decide(item.id, decision(item, by, verdict=verdict, comment=comment), viewer=by, uow=uow)
