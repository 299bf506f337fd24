"""Scores of an account over HTTP, on its page and at the command line: explained, or refused with the reason."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.cli import scores
from copilot.domain.access import Viewer
from copilot.scoring.health import DEFAULT_SCORECARD
from copilot.store.tables.records import AccountRow
from tests.api.web_browser import sign_in
from tests.api.web_company import Company
from tests.command_line import command_line
from tests.score_worlds import add_customer


@pytest.fixture
def ill(application: bootstrap.Application, company: Company) -> str:
    add_customer(application.database, "acc_ill", owner=company.ae.email, users=[100] * 14 + [60] * 6, nps=3, urgent=2)
    return "acc_ill"


def token(application: bootstrap.Application, viewer: Viewer) -> dict[str, str]:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return {"authorization": f"Bearer {secret}"}


def test_a_program_reads_the_explanation(
    application: bootstrap.Application, client: TestClient, company: Company, ill: str
) -> None:
    body = client.get(f"/api/v1/accounts/{ill}/scores", headers=token(application, company.ae)).json()
    health, *others = body["scores"]
    assert (health["kind"], health["band"]) == ("health", "bad")
    assert health["bad"][0]["evidence_id"] == f"metric:active_users_change_pct:{ill}"
    assert health["changes"]
    assert {one["missing"] for one in others} == {"no_model"}
    assert all("sales-copilot scores train" in one["why_not"] for one in others)
    hidden = client.get(f"/api/v1/accounts/{ill}/scores", headers=token(application, company.outsider))
    assert hidden.status_code == 404


def test_the_page_shows_health_with_its_reasons_and_says_once_why_there_is_no_probability(
    browser: TestClient, company: Company, ill: str
) -> None:
    sign_in(browser, company.ae)
    page = browser.get(f"/accounts/{ill}").text
    panel = page[page.index('<section class="card scores"') :]
    panel = panel[: panel.index("</section>")]
    assert "El uso activo ha caído un 40" in panel
    assert f'href="/accounts/{ill}/evidence/metric:active_users_change_pct:{ill}"' in panel
    assert "Qué lo cambiaría" in panel
    assert panel.count("Todavía no se ha entrenado ningún modelo.") == 1
    source = browser.get(f"/accounts/{ill}/evidence/metric:active_users_change_pct:{ill}")
    assert source.status_code == 200


def test_accounts_like_it_are_looked_for_only_on_their_own_page(
    browser: TestClient, company: Company, ill: str
) -> None:
    sign_in(browser, company.ae)
    address, compared = f"/accounts/{ill}/alike", "con historia para comparar"
    page = browser.get(f"/accounts/{ill}").text
    assert f'href="{address}"' in page
    assert compared not in page
    assert compared in browser.get(address).text
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    assert browser.get(address).status_code == 404


def test_the_command_line_says_the_same_and_checks_a_scorecard_without_changing_anything(
    application: bootstrap.Application,
    company: Company,
    ill: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = command_line(application.database, tmp_path, monkeypatch, scores)
    shown = run("scores", "account", ill, viewer=company.ae).output
    assert "En contra:" in shown
    assert "El uso activo ha caído un 40" in shown
    assert "Todavía no se ha entrenado ningún modelo." in shown
    assert json.loads(run("scores", "account", ill, "--json", viewer=company.ae).output)["account_id"] == ill
    text = DEFAULT_SCORECARD.read_text(encoding="utf-8")
    lenient, broken = tmp_path / "lenient.toml", tmp_path / "broken.toml"
    lenient.write_text(text.replace("watch = 50", "watch = 5"), encoding="utf-8")
    checked = run("scores", "health", "--check", str(lenient), viewer=company.ae)
    assert checked.exit_code == 0
    assert "1 cambiaría de banda" in checked.output
    broken.write_text(text.replace("[14, 65]", "[400, 65]", 1), encoding="utf-8")
    refused = run("scores", "health", "--check", str(broken), viewer=company.ae)
    assert refused.exit_code == 1
    assert "signal 4 (days_since_use)" in " ".join(refused.stderr.split())
    done = run("scores", "recompute", viewer=company.ae)
    assert "cuentas calculadas" in done.output


def test_an_account_of_which_nothing_is_known_says_what_would_help(
    application: bootstrap.Application, client: TestClient, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, company.second_id).lifecycle = "customer"
    headers = token(application, company.ae) | {"accept-language": "en"}
    body = client.get(f"/api/v1/accounts/{company.second_id}/scores", headers=headers).json()
    assert body["scores"][0]["missing"] == "few_signals"
    assert "It would help most to know: Change of use over 13 weeks" in body["scores"][0]["why_not"]
