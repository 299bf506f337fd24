"""One thing of each kind for the pages of a large company to show, made as people and the daily run make them.

Invariant: whatever a path names is there once at least; nothing is made by writing a page's tables where the product
has a way to make it.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.import_uploads import ImportUploads
from copilot.bootstrap import Application
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.feedback import Proposal, ProposalTarget
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, Verdict
from copilot.domain.scores import AccountScore, Band, Part, ScoreKind
from copilot.domain.signals import Signal
from copilot.scoring.registry import train_and_keep
from copilot.store.documents import DocumentRepository
from copilot.store.notifications import NotificationRepository
from copilot.store.proposals import ProposalRepository
from copilot.store.scores import ScoreRepository
from copilot.workflows.alerts.raising import Raising
from evals.brief import large_company
from evals.scoring.portfolio_life import analyse
from knowledge import demo_company

VIEWER = Viewer(
    user_id="bench-admin", email=large_company.OWNER, name="Bench Admin", role=Role.ADMIN, language=Language.ES
)
_BRIEFS, _ALERTS = 40, 20
_NEWCOMER = {"email": "newcomer@bench.invalid", "name": "Nora Nueva", "role": "ae", "language": "es"}
_LEAVER = "p93@bench.invalid"
"""Email of the contact who asks to be forgotten."""
_TABLE = b"account id,name,country,owner email\nk1,Molinos,ES,owner@bench.invalid\nk2,,ES,owner@bench.invalid\n"
_PATIENCE = 1_800.0
"""Seconds: to forget somebody, every text is read."""
_RELEASED = "/queue/{item_id}/files/{name}"

Things = dict[str, str]
"""Parameter of a path, or a whole path whose parameters mean others than elsewhere, to what stands for it."""


def fill(application: Application, clock: FixedClock, *, accounts: int) -> Things:
    """A company with scores of two days, alerts, and briefs in the queue."""
    database = application.database
    size = large_company.Size(accounts=accounts, passages=10 * accounts)
    large_company.fill(database, size=size, texts=large_company.sample_texts(demo_company.FOLDER / "accounts"))
    application.scores.recompute(database)
    _score(application, value=0.1, effect=-0.2)
    clock.advance(timedelta(days=7))
    with database.unit_of_work() as uow:
        # A tenth of the customers has stopped writing and complains: their scores move.
        run = uow.session.connection().exec_driver_sql
        run("update tickets set opened_at = opened_at + interval '7 days' where account_source_id like '%%7'")
        run("update accounts set content_hash = 'y' where source_id like '%%7'")
    analyse(database)
    application.scores.recompute(database)
    _score(application, value=0.6, effect=1.6)
    with database.unit_of_work() as uow:
        Raising(application.alerts.rules, application.alerts.playbooks).raise_due(uow, clock.today())
        model_id = train_and_keep(uow, ScoreKind.CHURN_90).model.id
    items = [_brief(application, number) for number in range(1, _BRIEFS + 1)]
    return {"account_id": account_id(1), "item_id": items[0], "model_id": model_id} | _kept(application)


def account_id(number: int) -> str:
    """Of the company's n-th account."""
    return stable_id("account", "bench", str(number))


def _score(application: Application, *, value: float, effect: float) -> None:
    """As a model of churn would, for there are no leavers here to learn one from."""
    with application.database.unit_of_work() as uow:
        part = Part(name=Signal.DAYS_SINCE_INBOUND.value, value=30.0, effect=effect)
        ScoreRepository(uow).put(
            [
                AccountScore(
                    account_id=account_id(number), kind=ScoreKind.CHURN_90, day=uow.clock.today(), value=value,
                    band=Band.BAD if effect > 0 else Band.GOOD, base=-2.0, parts=(part,), version="bench",
                )
                for number in range(1, _ALERTS + 1)
            ]
        )  # fmt: skip


def _brief(application: Application, number: int) -> str:
    with application.database.unit_of_work() as uow:
        return application.briefs.run(account_id(number), viewer=VIEWER, language=Language.ES, uow=uow).item.id


def _kept(application: Application) -> Things:
    """What no form and no program makes by itself: a text that was imported, a proposal of the nightly run."""
    account = account_id(1)
    with application.database.unit_of_work() as uow:
        proposal = Proposal(
            id="proposal_bench", target=ProposalTarget.PROMPT, about="reason:too_long", draft_kind=DraftKind.BRIEF,
            language=Language.ES, items=("review_unseen",), people=2, created_at=uow.clock.now(),
        )  # fmt: skip
        ProposalRepository(uow).save(proposal)
        [document] = DocumentRepository(uow).of_account(account, viewer=VIEWER, limit=1)
        token = NotificationRepository(uow).wishes(VIEWER.user_id).unsubscribe_token
    return {
        "document_id": document.id,
        "evidence_id": f"metric:days_since_last_inbound:{account}",
        "prompt_id": "account_brief",
        "proposal_id": proposal.id,
        "token": token,
    }


class Maker:
    """Makes over the API what people make."""

    def __init__(self, client: httpx.Client, application: Application) -> None:
        """`client` is signed in as an administrator."""
        self._client = client
        self._application = application
        self._headers = {"x-csrf-token": str(client.get("/api/v1/me").json()["csrf_token"])}

    def everything(self) -> Things:
        """By the parameter that stands for it."""
        return self._asked() | self._imported() | self._released() | self._people()

    def _asked(self) -> Things:
        thread = str(self._made("/chat/threads")["id"])
        self._made(f"/chat/threads/{thread}/turns", {"message": "¿Qué renovaciones hay este trimestre?"})
        questions = {"text": "1. Where is data hosted?\n2. Are backups kept?", "title": "Questions"}
        project = self._made("/rfps/pasted", questions)
        alerts = self._client.get("/api/v1/alerts").json()["alerts"]
        return {"thread_id": thread, "project_id": str(project["id"]), "alert_id": str(alerts[0]["alert"]["id"])}

    def _imported(self) -> Things:
        uploads, sent = ImportUploads(self._application), {"files": ("accounts.csv", _TABLE, "text/csv")}
        answer = self._client.post(
            "/api/v1/admin/uploads", data={"source": "Weekly table"}, files=sent, headers=self._headers
        )
        answer.raise_for_status()
        upload = str(answer.json()["id"])
        uploads.run_waiting()
        self._made(f"/admin/uploads/{upload}/import")
        uploads.run_waiting()
        state = self._client.get(f"/api/v1/admin/uploads/{upload}").json()
        return {"upload_id": upload, "run_id": str(state["upload"]["run_id"])}

    def _released(self) -> Things:
        """A brief that is out, with the address of a file of it."""
        item_id, approvals = _brief(self._application, _BRIEFS + 1), self._application.approvals
        with self._application.database.unit_of_work() as uow:
            digest = approvals.get(item_id, viewer=VIEWER, uow=uow).item.digest
            approved = Decision(
                verdict=Verdict.APPROVE, decider_id=VIEWER.user_id, decider_role=VIEWER.role, digest=digest
            )
            approvals.decide(item_id, approved, viewer=VIEWER, uow=uow)
        self._application.release_due()
        with self._application.database.unit_of_work() as uow:
            files = approvals.deliverables(item_id, viewer=VIEWER, uow=uow)
        return {_RELEASED: f"/queue/{item_id}/files/{min(files)}"}

    def _people(self) -> Things:
        person = str(self._made("/people", _NEWCOMER)["id"])
        link = self._made(f"/people/{person}/password-link")["address"]
        erased = self._made("/privacy/erase", {"person": _LEAVER, "reason": "request"})
        self._application.privacy.run_waiting()
        secret = urlsplit(link).path.rpartition("/")[2]
        return {"person_id": person, "secret": secret, "erasure_id": str(erased["erasure_id"])}

    def _made(self, path: str, body: object = None) -> dict[str, Any]:
        answer = self._client.post(f"/api/v1{path}", json=body, headers=self._headers, timeout=_PATIENCE)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
