"""The suite over policies keeps the test half to itself, and never records what is not its own."""

import sys
from pathlib import Path

import pytest

from evals import suite
from evals.figures import Figure
from evals.rfp import datica
from evals.rfp.labels import Place
from evals.run import SKIPPED


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["datica", *arguments])
    return datica.main()


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Figure]:
    """What would be written to the file of figures; nothing is asked."""
    figures: list[Figure] = []
    monkeypatch.setattr(datica, "measure", lambda *_, **__: [])
    monkeypatch.setattr(datica, "_RELIABILITY", tmp_path / "reliability.md")
    monkeypatch.setattr(suite, "record", lambda found, **_: figures.extend(found))
    return figures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("questionnaires", "policies"):
        (tmp_path / "own" / name).mkdir(parents=True)
    (tmp_path / "own" / "labels.toml").write_text("question = []\n", encoding="utf-8")
    return tmp_path / "own"


def test_what_went_wrong_in_the_test_half_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        called(monkeypatch, "--verbose")


def test_without_its_data_it_is_skipped(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "labels.toml").unlink()
    assert called(monkeypatch, "--data", str(folder)) == SKIPPED


@pytest.mark.parametrize("arguments", [("--split", "dev"), ()], ids=["development", "without-asking"])
def test_only_the_test_half_is_recorded_and_only_on_request(
    monkeypatch: pytest.MonkeyPatch, recorded: list[Figure], tmp_path: Path, folder: Path, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(datica, "place_of", lambda *_, **__: Place(folder, folder, folder / "labels.toml"))
    given = (*arguments, "--record") if arguments else ()
    assert called(monkeypatch, *given) == 0
    assert recorded == []
    assert not (tmp_path / "reliability.md").exists()


def test_figures_of_the_callers_own_data_are_not_recorded(
    monkeypatch: pytest.MonkeyPatch, recorded: list[Figure], folder: Path
) -> None:
    assert called(monkeypatch, "--data", str(folder), "--record") == 0
    assert recorded == []


def test_the_test_half_is_recorded_with_its_curve(
    monkeypatch: pytest.MonkeyPatch, recorded: list[Figure], tmp_path: Path, folder: Path
) -> None:
    monkeypatch.setattr(datica, "place_of", lambda *_, **__: Place(folder, folder, folder / "labels.toml"))
    assert called(monkeypatch, "--record") == 0
    assert {item.name for item in recorded} >= {"rfp.datica.wrong", "rfp.datica.claims_more"}
    assert (tmp_path / "reliability.md").exists()
