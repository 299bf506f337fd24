"""Models of scores and leads as pages and API show them: to whom, with which figures, and who may choose."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.localisation import translate
from api.web.score_words import TABLES
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.scores import Band, ScoreKind
from copilot.scoring.believable import Refusal
from copilot.scoring.lead_rules import Side
from copilot.scoring.quality import Measure
from copilot.scoring.report import Lately, LatelyGroup
from copilot.scoring.routing import Why
from copilot.store.scores import ScoreRepository
from copilot.workflows.scores.models import ModelStanding
from tests.api.queue_client import program
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD, Company
from tests.conftest import MakeUser
from tests.portfolio_builders import Made, customer
from tests.score_models import a_report, keep_trained

MODELS = "/scores/models"


@pytest.fixture
def admin(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    viewer = make_user("Ada Prueba", role=Role.ADMIN, language="es")
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    return viewer


@pytest.fixture
def trained(application: bootstrap.Application, company: Company) -> Company:  # the company is copied in first
    """Two models of leaving, the second of which is in use, and a refusal of expansion."""
    with application.database.unit_of_work() as uow:
        for number, name in enumerate(("first", "second")):
            keep_trained(uow, ScoreKind.CHURN_90, name, report=a_report(), minutes=number)
        few = a_report(happened=3)
        keep_trained(uow, ScoreKind.EXPANSION, "few", report=few, refusal=Refusal.FEW_OF_AN_OUTCOME)
    return company


def in_use(application: bootstrap.Application) -> str:
    with application.database.unit_of_work() as uow:
        model = ScoreRepository(uow).model(ScoreKind.CHURN_90)
    assert model is not None
    return model.id


def test_every_code_of_models_and_leads_has_words() -> None:
    for table, codes in (
        ("model_standing", ModelStanding), ("measure", Measure), ("lead_side", Side), ("lead_band", Band),
        ("lead_why", Why),
    ):  # fmt: skip
        assert set(TABLES[table]) == {code.value for code in codes}
        for words in TABLES[table].values():
            assert translate(words, language=Language.ES) != words or words == "Brier"


def test_managers_read_models_with_their_curve_and_why_one_was_refused(browser: TestClient, trained: Company) -> None:
    sign_in(browser, trained.manager)
    listed = browser.get(MODELS).text
    assert "Probabilidad de baja en 90 días" in listed
    assert "Rechazado: nadie tiene esta puntuación" in listed
    assert "Hacen falta 50 clientes que compraron más con fecha conocida; hay 3." in listed
    detail = browser.get(f"{MODELS}/second").text
    assert detail.count('class="spark-end"') == 3
    assert "0,812" in detail
    assert "Usar este modelo" not in browser.get(f"{MODELS}/first").text
    assert browser.get(f"{MODELS}/nothing").status_code == 404
    browser.cookies.clear()
    sign_in(browser, trained.ae)
    assert browser.get(MODELS).status_code == 403
    assert MODELS not in browser.get("/portfolio").text


def test_an_admin_chooses_which_model_counts_and_a_refusal_is_no_choice(
    browser: TestClient, application: bootstrap.Application, trained: Company, admin: Viewer
) -> None:
    sign_in(browser, admin)
    page = browser.get(f"{MODELS}/first")
    assert "Usar este modelo" in page.text
    token = form_token(page)
    assert browser.post(f"{MODELS}/first/use").status_code == 403
    done = browser.post(f"{MODELS}/first/use", data={"csrf_token": token})
    assert done.status_code == 303
    assert "hace las puntuaciones desde ahora" in browser.get(done.headers["location"]).text
    assert in_use(application) == "first"
    assert "elegido por Ada Prueba" in browser.get(MODELS).text
    page = browser.get(f"{MODELS}/first")
    assert "Que vuelva a decidir el reentrenamiento" in page.text
    assert browser.post(f"{MODELS}/first/retraining").status_code == 403
    done = browser.post(f"{MODELS}/first/retraining", data={"csrf_token": token})
    after = browser.get(done.headers["location"]).text
    assert "El reentrenamiento vuelve a decidir" in after
    assert "elegido por" not in after
    assert in_use(application) == "first"
    refused = browser.post(f"{MODELS}/few/use", data={"csrf_token": token})
    assert refused.status_code == 422
    assert "Eso es un rechazo, no un modelo." in refused.text


def test_the_model_in_use_can_be_held_and_a_page_out_of_date_changes_nothing(
    browser: TestClient, application: bootstrap.Application, trained: Company, admin: Viewer
) -> None:
    sign_in(browser, admin)
    page = browser.get(f"{MODELS}/second")
    assert "Fijar este modelo" in page.text
    token = {"csrf_token": form_token(page)}
    gone = browser.post(f"{MODELS}/second/retraining", data=token)
    assert gone.status_code == 409
    assert "este modelo ya no está elegido a mano" in gone.text
    held = browser.post(f"{MODELS}/second/use", data=token | {"hold": "yes"})
    after = browser.get(held.headers["location"]).text
    assert "sigue en uso hasta que" in after
    assert "elegido por Ada Prueba" in after
    assert "Fijar este modelo" not in after
    with application.database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_90, "third", report=a_report(), minutes=9)
    assert in_use(application) == "second"
    browser.post(f"{MODELS}/first/use", data=token)
    late = browser.post(f"{MODELS}/second/use", data=token | {"hold": "yes"})
    assert late.status_code == 409
    assert "las hace ya otro modelo" in late.text
    stale = browser.post(f"{MODELS}/second/retraining", data=token)
    assert stale.status_code == 409
    assert "después se ha elegido a mano otro modelo" in stale.text
    assert in_use(application) == "first"
    headers = {"x-csrf-token": token["csrf_token"]}
    late = browser.post(f"/api/v1{MODELS}/second/use?only_in_use=true", headers=headers)
    assert late.status_code == 409


def test_programs_read_and_choose_as_people_do(
    client: TestClient, application: bootstrap.Application, trained: Company, admin: Viewer
) -> None:
    seller, manager = (program(client, application, viewer) for viewer in (trained.ae, trained.manager))
    assert seller.get(MODELS).status_code == 403
    found = manager.get(MODELS).json()
    assert found["now"] | {"churn_90": "second", "expansion": "few", "lead": None} == found["now"]
    second = manager.get(f"{MODELS}/second").json()
    assert second["figures"]["auc"] == {"value": 0.812, "low": 0.77, "high": 0.85}
    assert [one["predicted"] for one in second["reliability"]] == [0.05, 0.2, 0.6]
    assert manager.send("POST", f"{MODELS}/first/use").status_code == 403
    chosen = program(client, application, admin).send("POST", f"{MODELS}/first/use")
    assert (chosen.status_code, chosen.json()["standing"]) == (200, "in_use")
    assert in_use(application) == "first"
    with application.database.unit_of_work() as uow:
        keep_trained(
            uow, ScoreKind.CHURN_90, "third", report=a_report(), minutes=9, refusal=Refusal.NO_BETTER_THAN_CHANCE
        )
    told = manager.get(f"{MODELS}/first").json()["choice"]
    assert told["by"] == "Ada Prueba"
    assert told["later_refusal"]
    assert in_use(application) == "first"
    assert manager.send("DELETE", f"{MODELS}/first/use").status_code == 403
    for _ in range(2):
        free = program(client, application, admin).send("DELETE", f"{MODELS}/first/use")
        assert (free.status_code, free.json()["choice"]) == (200, None)


def test_how_the_newest_months_went_is_told_with_the_groups_that_differ(
    browser: TestClient, application: bootstrap.Application, trained: Company
) -> None:
    day = date(2026, 9, 30)
    group = LatelyGroup(column="segment", name="SMB", rows=90, happened=20, expected=8.5, deviates=True)
    lately = Lately(first_day=day, last_day=day, happened=60, expected=41.25, factor=1.4, groups=(group,))
    report = a_report() | {"lately": lately.model_dump(mode="json")}
    with application.database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_30, "newest", report=report)
    api = program(browser, application, trained.manager)
    assert api.get(f"{MODELS}/newest").json()["lately"]["factor"] == 1.4
    assert api.get(f"{MODELS}/first").json()["lately"] is None
    sign_in(browser, trained.manager)
    page = " ".join(browser.get(f"{MODELS}/newest").text.split())
    assert "les pasó a 60; por lo aprendido se esperaban 41,2" in page
    assert "se multiplicó por 1,4" in page
    assert "SMB</th>" in page
    assert "más que el azar" in page
    assert "Cómo fueron los meses más recientes" not in browser.get(f"{MODELS}/first").text


def test_leads_are_ranked_with_words_for_their_parts_and_only_ones_own(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        lead = Made(lifecycle="prospect", since=None, arr=None, renewal=None, owner=company.ae.email)
        mine = customer(uow, "Molinos Prueba", lead)
        customer(uow, "Nobody's", Made(lifecycle="prospect", since=None, owner=company.outsider.email))
    sign_in(browser, company.ae)
    page = browser.get("/portfolio/leads").text
    assert "Molinos Prueba" in page
    assert "Nobody" not in page
    assert "ya la lleva" in page
    assert 'aria-current="page">Posibles clientes' in page
    assert "Ningún" in browser.get("/portfolio/leads?segment=elsewhere").text
    [line] = [one for one in program(browser, application, company.ae).get("/portfolio/leads").json()["leads"]
              if one["account_id"] == mine]  # fmt: skip
    assert line["suggested"]["because"] == ["owned"]
    assert line["suggested"]["email"] == company.ae.email
