"""Reading marked texts and scoring what was found in them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from copilot.domain.personal_data import DataClass, PersonalSpan
from copilot.errors import InputError
from evals.guardrails.personal_data import OWN_DATA
from evals.guardrails.personal_data_gold import GoldSpan, GoldText, read_brat, read_marked, read_presidio_research
from evals.guardrails.personal_data_scoring import GOALS, GROUPS, Source, count, f2, figures

_SOURCE = Source(prefix="x", language="en", command="c", note="")


def _file(folder: Path, *rows: object) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_markup_becomes_text_and_spans(tmp_path: Path) -> None:
    [text] = read_marked(_file(tmp_path, {"id": "a", "text": "Hi [[person|Ana Ruiz]], t [[phone|612 00 11 22]]."}))

    assert text.text == "Hi Ana Ruiz, t 612 00 11 22."
    assert [(span.data_class, text.text[span.start : span.end]) for span in text.spans] == [
        (DataClass.PERSON, "Ana Ruiz"),
        (DataClass.PHONE, "612 00 11 22"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (({"id": "a", "text": "[[persona|Ana]]"},), "no class"),
        (({"id": "a", "text": "[[person|Ana"},), "broken markup"),
        (({"id": "a", "text": "x"}, {"id": "a", "text": "y"}), "twice"),
        (({"text": "x"},), "not a JSON object"),
        (("{",), "not a JSON object"),
    ],
    ids=["class", "markup", "twice", "no-id", "no-json"],
)
def test_a_faulty_line_is_named(tmp_path: Path, rows: Sequence[object], message: str) -> None:
    with pytest.raises(InputError, match=f"line {len(rows)}: .*{message}"):
        read_marked(_file(tmp_path, *rows))


@pytest.mark.parametrize("language", ["es", "en"])
def test_our_sets_are_large_and_a_third_of_them_holds_nothing(language: str) -> None:
    texts = read_marked(OWN_DATA / f"personal_data_{language}.jsonl")

    assert len(texts) >= 400
    assert sum(not text.spans for text in texts) >= len(texts) / 3
    assert 0.4 <= sum(text.held_out for text in texts) / len(texts) <= 0.6


def test_brat_and_presidio_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Nombre: Ana\nnacida el 3/4/1980 en Soria", encoding="utf-8")
    (tmp_path / "a.ann").write_text(
        "T1\tNOMBRE_SUJETO_ASISTENCIA 8 11\tAna\nT2\tFECHAS 22 30\t3/4/1980\nT3\tTERRITORIO 34 39\tSoria\n",
        encoding="utf-8",
    )
    row = {
        "full_text": "Ana, 30",
        "template_id": 7,
        "spans": [
            {"entity_type": "PERSON", "start_position": 0, "end_position": 3},
            {"entity_type": "AGE", "start_position": 5, "end_position": 7},
        ],
    }
    (tmp_path / "b.json").write_text(json.dumps([row]), encoding="utf-8")

    [brat], [presidio] = read_brat(tmp_path, held_out=True), read_presidio_research(tmp_path)

    assert [span.data_class for span in brat.spans] == [DataClass.PERSON, DataClass.DATE_OF_BIRTH]
    assert [span.data_class for span in brat.tolerated] == [DataClass.ADDRESS]
    assert presidio.spans == (GoldSpan(DataClass.PERSON, 0, 3),)
    assert presidio.cluster == "7"


def _person(text: str, value: str) -> PersonalSpan:
    start = text.index(value)
    return PersonalSpan(DataClass.PERSON, "person", start, start + len(value), value)


def test_a_span_is_found_when_nine_tenths_are_covered_and_right_when_half_is_marked() -> None:
    text = "Ana Maria Ruiz Sanz met Acme Tools"
    gold = GoldText("a", "a", text, (GoldSpan(DataClass.PERSON, 0, 19),))

    for value, found, right in (("Ana Maria Ruiz San", 1, 1), ("Ana Maria Ruiz", 0, 1), ("Acme Tools", 0, 0)):
        counts = count([gold], lambda content, value=value: [_person(content, value)])["a"]  # type: ignore[misc]
        assert (counts.found[DataClass.PERSON], counts.right[DataClass.PERSON]) == (found, right)
        assert counts.claimed[DataClass.PERSON] == 1


def test_what_is_tolerated_is_neither_right_nor_wrong() -> None:
    tolerated = (GoldSpan(DataClass.PERSON, 0, 3),)

    counts = count([GoldText("a", "a", "Mr. X", (), tolerated)], lambda text: [_person(text, "Mr.")])["a"]

    assert not counts.claimed


def test_figures_give_recall_precision_and_f2_together() -> None:
    text = "Ana met Bo and Cy"
    gold = GoldText("a", "a", text, tuple(GoldSpan(DataClass.PERSON, s, e) for s, e in ((0, 3), (8, 10), (15, 17))))
    clusters = count([gold], lambda content: [_person(content, value) for value in ("Ana", "Bo", "met")])

    recall, precision, score = figures(clusters, GROUPS["names"], source=_SOURCE, label="names", goal=GOALS["names"])

    assert [recall.value, precision.value] == pytest.approx([2 / 3, 2 / 3])
    assert score.value == pytest.approx(f2(2 / 3, 2 / 3))
    assert (recall.n, recall.met, precision.goal) == (3, False, None)
    assert not figures(clusters, GROUPS["addresses"], source=_SOURCE, label="addresses")


def test_every_class_is_in_exactly_one_group() -> None:
    grouped = [item for name, classes in GROUPS.items() if name != "all" for item in classes]

    assert sorted(grouped) == sorted(DataClass)
