"""Accounts, their documents and what is wrong with their data."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.accounts import AccountDetail, AccountIssue, AccountList, AccountSummary
from api.schemas.common import PROBLEMS
from api.schemas.scores import AccountScores
from copilot.domain.documents import DocumentKind, StoredDocumentHead
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.accounts import AccountRepository
from copilot.store.documents import DocumentRepository

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"], responses=PROBLEMS)

AccountId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_accounts(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    query: Annotated[str, Query(max_length=200, description="Words of the name or website, without accents.")] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AccountList:
    """The accounts you may see, by name."""
    page = AccountRepository(uow).page(viewer=viewer, query=query, cursor=cursor, limit=limit)
    return AccountList(
        accounts=[AccountSummary.model_validate(head) for head in page.accounts],
        next_cursor=page.next_cursor,
        total=page.total,
    )


@router.get("/{account_id}")
def read_account(
    account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> AccountDetail:
    """An account with its records and computed figures."""
    facts = AccountFactsRepository(uow).gather(account_id, viewer=viewer, today=application.clock.today())
    return AccountDetail.of(facts, language=language)


@router.get("/{account_id}/data-issues")
def list_issues(
    account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> list[AccountIssue]:
    """What the import noticed about the account's data."""
    facts = AccountFactsRepository(uow).gather(account_id, viewer=viewer, today=application.clock.today())
    return [AccountIssue.of(item, language=language) for item in facts.issues]


@router.get("/{account_id}/documents")
def list_documents(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    kind: Annotated[list[DocumentKind] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[StoredDocumentHead]:
    """The account's sources, newest first."""
    AccountRepository(uow).head(account_id, viewer=viewer)
    return DocumentRepository(uow).of_account(account_id, viewer=viewer, kinds=kind or (), limit=limit)


@router.get("/{account_id}/scores")
def read_scores(
    account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, language: LanguageDep
) -> AccountScores:
    """Health and probabilities: what moves them, what would change them, how accounts like it ended; or why there is
    none."""
    return AccountScores.of(application.explanations.explain(account_id, viewer=viewer, language=language, uow=uow))
