"""What filling a questionnaire in changes besides the places of answers, over all test files.

Run: python -m evals.rfp.round_trip [--data DIR] [--record] [--changes]. Without `--data`: the project's own
questionnaires (`evals.rfp.layouts`) and files with everything that can break (`evals.rfp.breakable*`). DIR holds
questionnaires of any readable format. Every question is answered with made-up words of its form.
Parts of packages are compared by their bytes; cells, paragraphs and lines one by one. Where LibreOffice is installed
workbooks are also opened with it, before and after, and compared cell by cell as it shows them; else that is skipped.
Invariant: what is compared and was not to be written counts as unintended if it differs, whatever the reason.
"""

import argparse
import csv
import difflib
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question, Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import Confidence, Dimension, RfpAnswer, Route, ShortForm
from copilot.errors import UnreadableFile
from copilot.workflows.rfp.filling import fill
from copilot.workflows.rfp.filling.archive import Archive
from copilot.workflows.rfp.filling.sheet_cells import top_left
from copilot.workflows.rfp.filling.sheet_parts import Workbook
from copilot.workflows.rfp.filling.sheet_places import cell
from copilot.workflows.rfp.filling.word_places import Places
from evals.figures import Figure, Goal, describe, record, today
from evals.rfp.breakable import Sample, workbook
from evals.rfp.breakable_word import document
from evals.rfp.layouts import made
from evals.rfp.untouched import compared_in, unintended_in_document, unintended_in_workbook
from evals.statistics import rule_of_three, wilson_interval
from knowledge.questionnaires import read_pasted, read_questionnaire

_COMMAND = "python -m evals.rfp.round_trip --record"
_READ_ON = date(2026, 11, 16)
_SOURCE = Evidence(
    id="passage:psg_1", kind=EvidenceKind.PASSAGE, text="x", label="Policy", as_of=_READ_ON, visibility="staff"
)
_SENTENCES = {
    Language.ES: "Ciframos los datos «en reposo» con AES-256 & rotamos las claves cada año; véase el anexo.",
    Language.EN: "We encrypt data “at rest” with AES-256 & rotate keys every year; see the annex.",
}
_FIGURES = {AnswerForm.NUMBER: "240", AnswerForm.DATE: "2026-03-03"}
_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""LibreOffice's filter: UTF-8, every sheet in a file of its own, values as they are shown."""
_SECONDS = 120


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    files: int = 0
    compared: int = 0
    """Parts, cells, paragraphs, fields and lines that were not to change."""
    answers: int = 0
    placed: int = 0
    changes: list[str] = field(default_factory=list)
    shown: int = 0
    """Cells that LibreOffice showed before and after."""
    shown_otherwise: list[str] = field(default_factory=list)


def main() -> int:
    """Measure, print, and record with `--record`; exit code 1 if anything changed that was not to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with questionnaires")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--changes", action="store_true", help="name every unintended change")
    wanted = parser.parse_args()
    office = shutil.which("soffice")
    tally = measured(_of_folder(wanted.data) if wanted.data else samples(), office=office)
    figures = figures_of(tally, office=office is not None)
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in figures)
    if office is None:
        sys.stdout.write("LibreOffice: skipped, there is no soffice on PATH.\n")
    if wanted.changes:
        sys.stdout.writelines(f"{line}\n" for line in (*tally.changes, *tally.shown_otherwise))
    if wanted.record and not wanted.data:
        record(figures)
    return int(bool(tally.changes or tally.shown_otherwise))


def samples() -> Iterator[Sample]:
    """The project's own files."""
    yield workbook()
    yield document()
    for file in made():
        yield Sample(file.name, file.content, _read(file.name, file.content))


def _of_folder(folder: Path) -> Iterator[Sample]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix != ".toml":
            content = path.read_bytes()
            try:
                yield Sample(path.name, content, _read(path.name, content))
            except UnreadableFile as error:
                sys.stdout.write(f"{path.name}: {error}\n")


def _read(name: str, content: bytes) -> Questionnaire:
    if name.endswith(".txt"):
        return read_pasted(content.decode(), today=_READ_ON)
    return read_questionnaire(name, content, today=_READ_ON)


def measured(files: Iterator[Sample], *, office: str | None) -> Tally:
    """Fill every file in and compare."""
    tally = Tally()
    for sample in files:
        answers = {
            question.id: _answer(question, number) for number, question in enumerate(sample.questionnaire.questions)
        }
        filled = fill(sample.questionnaire, sample.content, answers=answers)
        tally.files += 1
        placeable = {item.id for item in sample.questionnaire.questions if any(_places(item))}
        tally.answers += len(placeable)
        tally.placed += len(placeable - set(filled.unplaced))
        compared, changes = unintended(sample, filled.content)
        tally.compared += compared
        tally.changes += (f"{sample.name}: {line}" for line in changes)
        if office is not None and sample.questionnaire.format is QuestionnaireFormat.XLSX:
            _compare_shown(sample, filled.content, office=office, tally=tally)
    return tally


def _answer(question: Question, number: int) -> RfpAnswer:
    """Words of the form that is asked for; of several values one after the other, bare where words have no place."""
    short = None
    chosen: tuple[str, ...] = ()
    if question.choices:
        chosen = (question.choices[number % len(question.choices)].key,)
    elif question.form is AnswerForm.YES_NO:
        short = (ShortForm.YES, ShortForm.NO)[number % 2]
    text = _FIGURES.get(question.form, _SENTENCES[question.language])
    bare = bool(question.choices) and question.comment_place in {None, question.answer_place}
    return RfpAnswer(
        question_id=question.id,
        language=question.language,
        short=short,
        chosen=chosen,
        segments=() if bare else (Segment(id=f"{question.id}.1", text=text, evidence_ids=(_SOURCE.id,)),),
        evidence=() if bare else (_SOURCE,),
        confidence=Confidence(value=0.9, dimensions=dict.fromkeys(Dimension, 0.9)),
        route=Route.HIGH,
        category="general",
    )


def unintended(sample: Sample, after: bytes) -> tuple[int, list[str]]:
    """How much was compared, and what changed that was not to."""
    kind, before = sample.questionnaire.format, sample.content
    places = [place for question in sample.questionnaire.questions for place in _places(question)]
    if kind is QuestionnaireFormat.XLSX:
        touched = _touched_cells(before, places)
        return compared_in(before, touched), unintended_in_workbook(before, after, touched=touched)
    if kind is QuestionnaireFormat.DOCX:
        addresses = _touched_blocks(before, places)
        return compared_in(before, addresses), unintended_in_document(before, after, touched=addresses)
    if kind is QuestionnaireFormat.PDF:
        return 1, [] if after.startswith(before) else ["the file's own bytes changed"]
    if kind is QuestionnaireFormat.VSAQ:
        return 0, []
    return _in_lines(sample, after, places)


def _places(question: Question) -> Iterator[Place]:
    """Where something of its answer may be written."""
    own = (question.answer_place, question.comment_place, *(choice.place for choice in question.choices))
    yield from (place for place in own if place is not None)


def _touched_cells(content: bytes, places: list[Place]) -> Mapping[str, set[str]]:
    book = Workbook(Archive(content))
    touched: dict[str, set[str]] = {}
    for place in places:
        part, sheet, address = book.part_of(place.part), book.sheet(place.part), cell(place.address)
        if part is not None and sheet is not None and address is not None:
            touched.setdefault(part, set()).add(str(top_left(sheet, address)))
    return touched


def _touched_blocks(content: bytes, places: list[Place]) -> set[str]:
    """With the addresses of merged cells as the file has them."""
    archive = Archive(content)
    found = Places(archive.tree(archive.main_part()))
    return {same for place in places for same in found.same_as(place.address)}


def _in_lines(sample: Sample, after: bytes, places: list[Place]) -> tuple[int, list[str]]:
    """Fields of a CSV file, or lines of a text: what was there is still there, in its order."""
    encoding = next(name for name in ("utf-8-sig", "utf-16", "cp1252") if _decodes(sample.content, name))
    before_text, after_text = sample.content.decode(encoding), after.decode(encoding)
    if sample.questionnaire.format is QuestionnaireFormat.CSV:
        return _in_fields(before_text, after_text, places)
    touched = {int(place.address) for place in places if place.address.isdigit()}
    lines = before_text.splitlines()
    matcher = difflib.SequenceMatcher(None, lines, after_text.splitlines(), autojunk=False)
    changed = [
        number + 1
        for name, start, end, _, _ in matcher.get_opcodes()
        if name in {"replace", "delete"}
        for number in range(start, end)
    ]
    return len(lines), [f"line {number} changed" for number in changed if number not in touched]


def _in_fields(before: str, after: str, places: list[Place]) -> tuple[int, list[str]]:
    touched = {place.address for place in places}
    delimiter = max(",;\t|", key=before.count)
    old, new = (_fields(text, delimiter) for text in (before, after))
    changed = [place for place in old if place not in touched and old[place] != new.get(place)]
    added = [place for place in new if place not in old and place not in touched and new[place]]
    return len(old), [f"{place} changed" for place in (*changed, *added)]


def _fields(text: str, delimiter: str) -> dict[str, str]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return {
        f"{chr(ord('A') + column)}{number}": value
        for number, row in enumerate(rows, start=1)
        for column, value in enumerate(row)
    }


def _decodes(content: bytes, encoding: str) -> bool:
    if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _compare_shown(sample: Sample, after: bytes, *, office: str, tally: Tally) -> None:
    """Every cell as LibreOffice shows it; those that a formula computes may follow the answers."""
    book = Workbook(Archive(sample.content))
    places = [place for question in sample.questionnaire.questions for place in _places(question)]
    old, new = (_shown(content, office=office) for content in (sample.content, after))
    if old.keys() != new.keys() or not old:
        tally.shown_otherwise.append(f"{sample.name}: other sheets")
        return
    for name, rows in old.items():
        sheet = book.sheet(name)
        if sheet is None:
            continue
        own = {top_left(sheet, found) for place in places if place.part == name and (found := cell(place.address))}
        free = {str(place) for place in own}
        free |= {str(item.get("r")) for item in sheet.data.iter("{*}c") if item.find("{*}f") is not None}
        for place in rows.keys() | new[name].keys():
            if place not in free:
                tally.shown += 1
                if rows.get(place, "") != new[name].get(place, ""):
                    tally.shown_otherwise.append(f"{sample.name}: {name}!{place} is shown otherwise")


def _shown(content: bytes, *, office: str) -> dict[str, dict[str, str]]:
    """Sheet -> cell -> text."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "book.xlsx"
        source.write_bytes(content)
        command = [
            office, "--headless", f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--convert-to", _SHEETS, "--outdir", folder, str(source),
        ]  # fmt: skip
        # The program that was found on PATH, and files of this module's own; no shell is involved.
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603
        return {
            path.stem.removeprefix("book-"): _fields(path.read_text(encoding="utf-8"), ",")
            for path in Path(folder).glob("book-*.csv")
        }


def figures_of(tally: Tally, *, office: bool) -> list[Figure]:
    """What is recorded."""
    bound = (0.0, rule_of_three(tally.compared) * tally.compared) if tally.compared and not tally.changes else None
    placed = tally.placed / max(1, tally.answers)
    found = [
        Figure(
            name="rfp.round_trip.unintended_changes",
            language="-",
            value=len(tally.changes),
            n=tally.compared,
            interval=bound,
            interval_method="rule of three" if bound else None,
            goal=Goal(comparison="==", threshold=0),
            command=_COMMAND,
            measured_on=today(),
            note=f"{tally.files} files; parts by their bytes, cells, paragraphs, fields and lines one by one",
        ),
        Figure(
            name="rfp.round_trip.placed",
            language="-",
            value=placed,
            n=tally.answers,
            interval=wilson_interval(tally.placed, tally.answers),
            interval_method="Wilson",
            command=_COMMAND,
            measured_on=today(),
            note="of the questions with a place in the file; two must not be filled in: a formula, a limit",
        ),
    ]
    if office:
        found.append(
            Figure(
                name="rfp.round_trip.shown_otherwise_in_libreoffice",
                language="-",
                value=len(tally.shown_otherwise),
                n=tally.shown,
                goal=Goal(comparison="==", threshold=0),
                command=_COMMAND,
                measured_on=today(),
                note="cells of workbooks as LibreOffice shows them, before and after",
            )
        )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
