"""Single sign-on is set up wholly or not at all."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.errors import ConfigurationError
from copilot.settings import Settings
from copilot.store.database import Database
from tests.api.ready_app import ready_app


def test_half_a_configuration_is_refused_at_the_start(database: Database, data_dir: Path) -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"break_glass": "ada@tramontia.example"},
        {"sso_issuer": "https://login.tramontia.example", "sso_client_id": "x"},
        {"sso_issuer": "http://login.tramontia.example", "sso_client_id": "x", "public_url": "http://testserver"},
    )
    for wrong in cases:
        with pytest.raises(ConfigurationError):
            bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none", **wrong), database=database)


def test_without_single_sign_on_there_is_none(database: Database, data_dir: Path) -> None:
    built = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    browser = TestClient(ready_app(built), follow_redirects=False)
    assert "/sign-in/sso" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/sso").status_code == 404
    assert browser.get("/sign-in/sso/callback").status_code == 404
    built.close()
