"""The suite on round trips sees what changed, and that nothing did."""

import io
import zipfile

from evals.rfp.breakable import Sample, parts, rebuilt, sheet_part, workbook
from evals.rfp.breakable_word import document
from evals.rfp.round_trip import figures_of, measured, samples, unintended


def test_filling_changes_nothing_else_in_any_file() -> None:
    tally = measured(samples(), office=None)
    assert tally.changes == []
    assert tally.files > 10
    assert tally.compared > 500
    # Two have no place at all; of two in drop-downs of the document the words have none, which is told.
    assert tally.answers - tally.placed <= 4
    assert [figure.met for figure in figures_of(tally, office=False)] == [True, None]


def changed(sample: Sample, part: str, old: bytes, new: bytes) -> list[str]:
    assert old in parts(sample.content)[part]
    _, found = unintended(sample, rebuilt(sample.content, {part: lambda content: content.replace(old, new, 1)}))
    return found


def test_a_changed_cell_part_or_paragraph_is_named() -> None:
    sample = workbook()
    sheet = sheet_part(sample.content, "Summary")
    assert changed(sample, sheet, b"<f>COUNTA", b"<f>COUNT") == [f"{sheet}: other bytes"]
    questions = sheet_part(sample.content, "Security & Privacy")
    assert changed(sample, questions, b'<c r="G6"><f>IF', b'<c r="G6"><f>IFS') == [f"{questions}: G6 changed"]
    assert changed(sample, questions, b'ySplit="2"', b'ySplit="3"') == [
        f"{questions}: something else than cells changed"
    ]
    assert changed(sample, questions, b'<c r="C6" s="1"/>', b'<c r="C6"/>') == [f"{questions}: C6 has another format"]
    assert changed(document(), "word/document.xml", b"How do you train", b"Why do you train") == [
        "word/document.xml: p1"
    ]


def test_a_part_that_is_missing_is_named() -> None:
    sample = workbook()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in list(parts(sample.content).items())[:-1]:
            archive.writestr(name, content)
    assert unintended(sample, stream.getvalue())[1] == ["the parts are others, or stand in another order"]
