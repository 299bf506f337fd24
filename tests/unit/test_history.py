"""A history from a file: what its columns hold, what is left out, and what is wrong with it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.errors import InputError, UnreadableFile
from copilot.scoring.tables import Categories, Numbers, Reason
from knowledge.history import Asked, ReadHistory, read_history

HEADER = "cuenta;plan;importe;alta;baja"
ROWS = tuple(
    f"c{n};{'básico' if n % 3 else 'pro'};1.{n:03d},50;0{n % 9 + 1}/11/2025;{'Sí' if n % 4 else 'No'}"
    for n in range(1, 41)
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def one(*rows: str, header: str = HEADER, name: str = "historia.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return one


def read(path: Path, label: str = "baja", **given: object) -> ReadHistory:
    return read_history(path, Asked(label, **given), max_bytes=1_000_000)  # type: ignore[arg-type]


def test_spanish_numbers_words_and_days_are_told_apart(write: Write) -> None:
    found = read(write(*ROWS))
    amount, plan = found.history.table.named("importe"), found.history.table.named("plan")
    assert isinstance(amount, Numbers)
    assert isinstance(plan, Categories)
    assert amount.values[0] == 1_001.5
    assert plan.levels == ("básico", "pro")
    assert (found.positive, int(found.history.labels.sum()), found.rows) == ("si", 30, 40)
    left_out = {item.column: item.reason for item in found.history.table.left_out}
    assert left_out == {"cuenta": Reason.IDENTIFIER, "alta": Reason.DATE}


def test_rows_that_are_not_used_are_counted_by_reason(write: Write) -> None:
    broken = ("c90;pro", "c91;pro;1,00;01/11/2025;", "c92;pro;1,00;nunca;No", "c93;pro;1,00;01/11/2025;No;zuviel")
    found = read(write(*ROWS, *broken), day="alta")
    assert found.rows == 44
    assert len(found.history.labels) == 40
    assert found.skipped == {"row.too_short": 1, "no_outcome": 1, "no_day": 1, "row.too_long": 1}
    assert found.history.days is not None
    assert found.history.days[1] - found.history.days[0] == 1, "days come first in these dates"


def test_a_cell_that_is_no_number_is_missing_and_counted(write: Write) -> None:
    found = read(write(*ROWS, "c99;pro;desconocido;01/11/2025;No"))
    amount = found.history.table.named("importe")
    assert isinstance(amount, Numbers)
    assert amount.unreadable == 1


def test_columns_are_left_out_on_request(write: Write) -> None:
    found = read(write(*ROWS), without=frozenset({"plan"}))
    assert found.history.table.named("plan") is None
    assert ("plan", Reason.ASKED) in {(item.column, item.reason) for item in found.history.table.left_out}


@pytest.mark.parametrize(
    ("asked", "rows", "said"),
    [
        ({"label": "churn"}, ROWS, "There is no column churn"),
        ({"label": "plan"}, (*ROWS, "c;otro;1;01/11/2025;No"), "3 different values"),
        ({"label": "plan"}, ROWS, "cannot be told"),
        ({"label": "baja", "positive": "quizás"}, ROWS, "never says quizás"),
        ({"label": "baja", "day": "plan"}, ROWS, "does not hold days"),
    ],
    ids=["column", "three outcomes", "which outcome", "positive", "days"],
)
def test_what_does_not_fit_is_said_with_what_there_is(
    write: Write, asked: dict[str, str], rows: Sequence[str], said: str
) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read(write(*rows), **asked)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("label", "gone", "stayed"),
    [("Renewed", "No", "Yes"), ("activa", "no", "sí"), ("resultado", "caducada", "ganada")],
    ids=["renewed", "active", "won"],
)
def test_what_stays_is_not_taken_for_what_goes(write: Write, label: str, gone: str, stayed: str) -> None:
    path = write(*(f"{n};{gone if n % 3 else stayed}" for n in range(30)), header=f"uso;{label}")
    with pytest.raises(InputError, match="cannot be told"):
        read(path, label)
    assert int(read(path, label, positive=gone).history.labels.sum()) == 20


def test_a_name_that_is_there_twice_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="there twice"):
        read(write("1;2;Sí", header="plan;plan;baja"))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nada.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(UnreadableFile):
        read(path)


def test_the_languages_of_the_report_say_the_same() -> None:
    from copilot.cli.train_words import TEXTS

    spanish, english = (TEXTS[language] for language in (Language.ES, Language.EN))
    assert spanish.keys() == english.keys()
