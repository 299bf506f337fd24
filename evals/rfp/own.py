"""Questionnaires in Spanish and English answered from the documents of invented companies, held against labels.

Run: python -m evals.rfp.own [--split dev|test] [--data DIR] [--model FILE.gguf] [--record] [--verbose].
DIR, or `evals/rfp/data` with `own.dev*.toml` and `own.test*.toml`, holds `own*.toml` (format: `evals.rfp.labels`, with
`<company>/<file>` for the questionnaire) and for every company `own/<company>/policies/*.md` and
`own/<company>/questionnaires/*` of any readable format. Figures are those of the questions' language.
Invariant: a company's questions are answered from its own documents alone; only the test half is recorded, and only
of the development half is it printed what went wrong.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.language import Language, detect
from copilot.domain.questionnaires import Questionnaire
from evals.figures import Figure, today
from evals.rfp.labelled import arguments, ask, note_of, tell_what_went_wrong
from evals.rfp.labels import Label, check_sources, find, parse_labels
from evals.rfp.outcomes import figures_of, share
from evals.rfp.scoring import Judged, Outcome
from evals.rfp.world import open_world
from evals.suite import finish, skip
from knowledge.questionnaires import read_questionnaire

DATA = Path(__file__).parent / "data"
_NOTES = {
    "unseen_right": "answered right, of the questions to companies of which no part is in the development half",
    "unseen_wrong": "answered wrong, of the questions to companies of which no part is in the development half",
    "answered_across": "of the questions that only documents of the other language answer, wholly or partly",
    "right_form": "of the questions whose short form or choice the documents support: an allowed one was given",
    "in_language": "of the answers with prose: its words are the question's language; quotes of other documents count",
}


@dataclass(frozen=True, slots=True)
class Base:
    """One company: its documents, the questionnaires it is sent, and what may be answered."""

    texts: Mapping[str, str]
    questionnaires: Mapping[str, Questionnaire]
    """By the file that labels name."""
    labels: tuple[Label, ...]

    def asked(self, judged: Judged) -> "Asked":
        """The answer with the language of its questionnaire, and whether only documents of the other answer."""
        language = self.questionnaires[judged.label.file].language
        languages = {detect(self.texts[source.file]) for source in judged.label.sources}
        return Asked(judged, language, across=bool(languages) and language not in languages)


@dataclass(frozen=True, slots=True)
class Asked:
    """One judged answer, with the language that it was asked in."""

    judged: Judged
    language: Language
    across: bool

    @property
    def in_language(self) -> bool:
        """Whether the prose is in the question's language."""
        return detect(self.judged.answer.text) is self.language

    @property
    def in_right_form(self) -> bool:
        """Whether a short form or choice was given, and only allowed ones."""
        answer, label = self.judged.answer, self.judged.label
        given = answer.short is not None or bool(answer.chosen)
        return given and (answer.short is None or answer.short in label.short) and set(answer.chosen) <= label.choices


def label_files(folder: Path, *, split: str | None) -> list[Path]:
    """Those of a half, or all of a folder of somebody's own."""
    return sorted(folder.glob(f"own.{split}*.toml" if split else "own*.toml"))


def bases(folder: Path, *, labels: Path) -> list[Base]:
    """The companies that labels speak of. Raises ValueError where a label names another's document or no choice."""
    companies = {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}
    texts = {name: _texts(path / "policies") for name, path in companies.items()}
    everything = parse_labels(labels)
    unknown = {label.company for label in everything} - set(companies)
    if unknown:
        raise ValueError(f"{labels} labels questions of {', '.join(sorted(unknown))}, of which {folder} has no folder")
    by_company = {name: [label for label in everything if label.company == name] for name in companies}
    return [_base(companies[name], texts[name], found) for name, found in by_company.items() if found]


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def _base(folder: Path, texts: Mapping[str, str], labels: Sequence[Label]) -> Base:
    check_sources(labels, texts=texts)
    found = {}
    for file in dict.fromkeys(label.file for label in labels):
        path = folder / "questionnaires" / file.split("/", 1)[1]
        found[file] = read_questionnaire(path.name, path.read_bytes(), today=today())
    meant: set[tuple[str, str]] = set()
    for label in labels:
        question = find(label.id, found[label.file].questions)
        if (label.file, question.id) in meant:
            raise ValueError(f"{label.name} means a question that another label means too")
        meant.add((label.file, question.id))
        offered = {choice.text for choice in question.choices}
        if not label.choices <= offered:
            raise ValueError(f"{label.name} does not offer {', '.join(sorted(label.choices - offered))}")
    return Base(texts, found, tuple(labels))


def measure(found: Sequence[Base], *, model: Path | None = None, judge: Path | None = None) -> list[Asked]:
    """Ask every labelled question once. `model` words the answers, `judge` may doubt them."""
    asked = []
    for base in found:
        with open_world(base.texts, model=model, judge=judge) as world:
            for file, questionnaire in base.questionnaires.items():
                labels = [label for label in base.labels if label.file == file]
                asked += [base.asked(judged) for judged in ask(questionnaire, labels=labels, world=world)]
    return asked


def main() -> int:
    """Measure, print, and record with `--record`."""
    wanted, is_test = arguments(
        about="Questionnaires in two languages answered from companies' documents.",
        data="companies with their questionnaires, and labels, of your own",
    )
    folder = (wanted.data or DATA) / "own"
    files = label_files(wanted.data or DATA, split=None if wanted.data else wanted.split)
    if not folder.exists() or not files:
        return skip(folder if files else folder.with_suffix(".toml"))
    asked = measure([base for file in files for base in bases(folder, labels=file)], model=wanted.model)
    if wanted.verbose:
        tell_what_went_wrong([item.judged for item in asked])
    figures = [figure for language in Language for figure in _figures(asked, language, wanted, is_test=is_test)]
    return finish(figures, own_data=not (wanted.record and is_test), published="the test half with `--record`")


def _developed_with() -> set[str]:
    return {label.company for file in label_files(DATA, split="dev") for label in parse_labels(file)}


def _figures(asked: Sequence[Asked], language: Language, wanted: argparse.Namespace, *, is_test: bool) -> list[Figure]:
    mine = [item for item in asked if item.language is language]
    judged = [item.judged for item in mine]
    name = "rfp.own.local_model" if wanted.model else "rfp.own"
    command = "python -m evals.rfp.own --record" + (" --model FILE" if wanted.model else "")
    note = note_of(len(mine), model=wanted.model, is_test=is_test)
    known = _developed_with()
    unseen = [item.judged.outcome for item in mine if is_test and item.judged.label.company not in known]
    cases = {
        "unseen_right": [outcome is Outcome.ANSWERED_RIGHT for outcome in unseen],
        "unseen_wrong": [outcome is Outcome.WRONG for outcome in unseen],
        "answered_across": [
            item.judged.is_right for item in mine if item.across and item.judged.label.verdict != "none"
        ],
        "right_form": [item.in_right_form for item in mine if item.judged.label.short or item.judged.label.choices],
        "in_language": [item.in_language for item in mine if item.judged.claims and item.judged.answer.text],
    }
    more = [
        share(values, measure=key, name=name, command=command, note=f"{_NOTES[key]}. {note}", language=language.value)
        for key, values in cases.items()
    ]
    return [*figures_of(judged, name=name, command=command, note=note, language=language.value), *more]


if __name__ == "__main__":
    raise SystemExit(main())
