"""One thing of each kind that an account executive may have, and the paths that name them."""

import re
import time
from typing import Any

from sqlalchemy import select

from api.import_uploads import ImportUploads
from copilot import bootstrap
from copilot.domain.scores import ScoreKind
from copilot.people import PASSWORD
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow, OpportunityRow, SurveyRow, TicketRow
from copilot.store.ways_in import WaysIn
from tests import alert_worlds
from tests.api.queue_client import Program
from tests.api.web_company import AS_OF, Company
from tests.portfolio_builders import model

HOSTILE = "\"'><img src=/x onerror=alert(1)><script>alert(2)</script>[x](javascript:alert(3)) {{7*7}}"
"""Runs, or asks for what is not there, wherever it is not escaped."""
_TYPED: dict[Any, tuple[str, ...]] = {
    ContactRow: ("name", "title"),
    OpportunityRow: ("name", "stage", "next_step"),
    TicketRow: ("subject",),
    ActivityRow: ("subject",),
    SurveyRow: ("comment",),
    DocumentRow: ("title",),
}
_TABLE = f"""account id,name,country,owner email
k1,Molinos {HOSTILE.replace('"', "")},ES,lucia@tramontia.example
k2,,ES,lucia@tramontia.example
"""
_PARAMETER = re.compile(r"{(\w+)(?::path)?}")


def named(path: str) -> list[str]:
    """The parameters of a route's path."""
    return _PARAMETER.findall(path)


def filled(path: str, things: dict[str, str]) -> str:
    """The path with a thing for each of its parameters."""
    return _PARAMETER.sub(lambda match: things[match[1]], path)


def spoil(application: bootstrap.Application, company: Company) -> None:
    """Everything that a customer or a colleague may have typed about an account says something to a browser, too."""
    with application.database.unit_of_work() as uow:
        for table, columns in _TYPED.items():
            for row in uow.session.scalars(select(table).where(table.account_id == company.account_id)):
                for column in columns:
                    setattr(row, column, f"{getattr(row, column) or ''} {HOSTILE}")
        uow.session.get_one(AccountRow, company.account_id).industry = HOSTILE


def own_things(application: bootstrap.Application, owner: Program, company: Company) -> dict[str, str]:
    """Made over the API where it can be; by the name of the parameter that stands for them."""
    with application.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, company.account_id).lifecycle = "customer"
    alert_worlds.got_worse(application.database, company.account_id)
    alert_worlds.raise_due(application.database)
    brief = _made(owner, f"/accounts/{company.account_id}/briefs", {"language": "es"})
    thread = _made(owner, "/chat/threads")["id"]
    turn = _made(owner, f"/chat/threads/{thread}/turns", {"message": "¿Cuánto factura Frigoríficos Valdemora?"})
    owner.send("PATCH", f"/chat/threads/{thread}", body={"title": HOSTILE})
    asked = f"1. Where is data hosted? {HOSTILE}\n2. Are backups kept?"
    project = _made(owner, "/rfps/pasted", {"text": asked, "title": f"Mail {HOSTILE}"})
    view = _made(owner, "/saved-views", {"name": HOSTILE[:60], "filters": {}})
    _made(owner, f"/queue/{brief['entry']['item']['id']}/comments", {"text": HOSTILE})
    schedule = _made(owner, "/brief-schedules", {"occasion": "weekly", "language": "es"})
    table_view = _made(owner, "/portfolio/views", {"name": HOSTILE[:60]})
    lent = {"delegate_email": "marta@tramontia.example", "ends_at": "2026-12-01T08:00:00+01:00"}
    delegation = _made(owner, "/delegations", lent)
    with application.database.unit_of_work() as uow:
        application.people.open_session(company.ae, way=PASSWORD, uow=uow)
        uow.flush()
        ways = WaysIn(uow)
        session, token = ways.sessions(company.ae.user_id)[0].id, ways.tokens(user_id=company.ae.user_id)[0].id
    return {
        "session_id": session,
        "token_id": token,
        "account_id": company.account_id,
        "item_id": brief["entry"]["item"]["id"],
        "other_id": brief["entry"]["item"]["id"],
        "name": "brief-of-the-account.md",
        "document_id": company.email_id,
        "evidence_id": f"metric:days_since_last_inbound:{company.account_id}",
        "thread_id": thread,
        "turn_id": turn["turn_id"],
        "project_id": project["id"],
        "question_id": project["questions"][0]["question"]["id"],
        "key": "go",
        "view_id": view["id"],
        "table_view_id": table_view["id"],
        "delegation_id": delegation["id"],
        "schedule_id": schedule["id"],
        "alert_id": owner.get("/alerts").json()["alerts"][0]["alert"]["id"],
        "step": "1",
    }


def _made(owner: Program, path: str, body: object = None) -> dict[str, Any]:
    answer = owner.send("POST", path, body=body)
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    made: dict[str, Any] = answer.json()
    return made


def admins_things(application: bootstrap.Application, admin: Program, company: Company) -> dict[str, str]:
    """What only administrators make or look at."""
    with application.database.unit_of_work() as uow:
        model(uow, ScoreKind.CHURN_90, refusal="few_rows")
    files = {"files": ("accounts.csv", _TABLE.encode(), "text/csv")}
    headers = {"authorization": f"Bearer {admin.token}"}
    sent = admin.client.post("/api/v1/admin/uploads", data={"source": HOSTILE[:40]}, files=files, headers=headers)
    assert sent.status_code == 202, sent.text
    upload = f"/admin/uploads/{sent.json()['id']}"
    _until(application, admin, upload, "checked")
    assert admin.send("POST", f"{upload}/import").status_code == 202
    run_id = str(_until(application, admin, upload, "imported")["run_id"])
    with application.database.unit_of_work() as uow:
        uow.session.add(_leaver(company.second_id))
    erased = admin.send("POST", "/privacy/erase", body={"person": "Ivo Prueba", "reason": "request"})
    assert erased.status_code == 202, erased.text
    application.privacy.run_waiting()
    return {
        "person_id": company.outsider.user_id,
        "model_id": "churn_90-refused",
        "prompt_id": "account_brief",
        "upload_id": sent.json()["id"],
        "run_id": run_id,
        "erasure_id": str(erased.json()["erasure_id"]),
    }


def _leaver(account_id: str) -> ContactRow:
    of = {"source_system": "hubspot", "source_id": "c9", "as_of": AS_OF, "content_hash": "c9"}
    return ContactRow(id="con_leaver", account_id=account_id, account_source_id="a2", name="Ivo Prueba", **of)


def _until(application: bootstrap.Application, admin: Program, upload: str, phase: str) -> dict[str, Any]:
    """The upload once it is there: a worker may be at it, else it is done here."""
    for _ in range(200):
        ImportUploads(application).run_waiting()
        found: dict[str, Any] = admin.get(upload).json()["upload"]
        if found["phase"] == phase:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{upload} is still {found['phase']}")
