"""`sales-copilot train churn`: a model and its report from a file, or the reason why there is none."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from copilot.cli.main import app
from copilot.scoring.shapes import AdditiveModel


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Accounts that go the more the less they are used."""
    generator = np.random.default_rng(2)
    used = generator.normal(size=400)
    gone = generator.random(400) < 1 / (1 + np.exp(1 + 2 * used))
    rows = [f"{n},{use:.4f},{'yes' if left else 'no'}" for n, (use, left) in enumerate(zip(used, gone, strict=True))]
    path = tmp_path / "accounts.csv"
    path.write_text("\n".join(["account,used | monthly,gone", *rows]) + "\n", encoding="utf-8")
    return path


def train(source: Path, *more: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["train", "churn", "--from", str(source), "--label", "gone", *more])
    return found.exit_code, found.output


def test_a_model_comes_with_its_report_and_overwrites_nothing(source: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    code, said = train(source, "--to", str(to))
    assert code == 0, said
    model = AdditiveModel.model_validate(json.loads((to / "churn-model.json").read_text(encoding="utf-8")))
    assert model.names == ("used | monthly",)
    report = (to / "churn-report.md").read_text(encoding="utf-8")
    assert "400 rows read, 400 used" in report
    assert "used \\| monthly" in report, "a name from the file ends no cell of a table"
    assert "account: a value of its own for nearly every row" in report
    code, said = train(source, "--to", str(to))
    assert code == 2
    assert "is there already" in " ".join(said.split())


def test_the_report_tells_what_missing_cells_and_days_on_one_side_mean(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    rows, path = ["used,on,gone"], tmp_path / "accounts.csv"
    for _ in range(600):
        used = generator.integers(1, 90) if generator.random() < 0.6 else ""
        gone = generator.random() < (0.6 if used == "" else 0.3)
        rows.append(f"{used},2026-01-01,{'yes' if gone else 'no'}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    code, said = train(path, "--to", str(tmp_path / "one"), "--language", "en")
    assert code == 0, said
    assert "(missing): " in said.split("Raises most")[1]
    code, said = train(path, "--to", str(tmp_path / "two"), "--date", "on", "--language", "en")
    assert code == 3
    assert "20 on either side of the split" in " ".join(said.split())


def test_a_folder_that_takes_one_file_only_is_left_as_it_was(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, *given: object, **more: object) -> object:
        if path.name == "churn-model.json":
            raise OSError(28, "No space left on device")
        return opened(path, *given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    code, said = train(source, "--to", str(tmp_path / "out"))
    assert code == 2
    assert "no space left on device" in " ".join(said.split())
    assert not list((tmp_path / "out").iterdir())


def test_a_refusal_has_a_report_and_no_model_in_spanish(source: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("\n".join(source.read_text(encoding="utf-8").splitlines()[:120]) + "\n", encoding="utf-8")
    to = tmp_path / "out"
    code, said = train(short, "--to", str(to), "--language", "es")
    assert code == 3
    assert "hacen falta al menos 200 filas" in said
    assert not (to / "churn-model.json").exists()
    assert "No hay modelo" in (to / "churn-report.md").read_text(encoding="utf-8")
