"""The companies' own set is what it says it is, and its suite keeps the test half to itself."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from copilot.domain.drafts import Segment
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question, Questionnaire
from copilot.domain.rfp_answers import Confidence, Dimension, RfpAnswer, Route, ShortForm
from evals import suite
from evals.figures import Figure
from evals.rfp import own
from evals.rfp.labels import Label, with_keys
from evals.rfp.own import Asked, Base, bases, label_files
from evals.rfp.scoring import Judged, Outcome
from evals.run import SKIPPED

DATA = Path(own.__file__).parent / "data"
HALVES = ("dev", "test")
LABEL = """
[[question]]
file = "{company}/asked.csv"
id = "{number}"
verdict = "answered"
short = ["yes"]
choices = ["{choice}"]
sources = [{{ file = "{source}", span = "every night" }}]
"""


def called(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["own", *arguments])
    return own.main()


def labels_of(folder: Path, **given: str) -> Path:
    """Two companies with one question each, of which the first is labelled as given, by default rightly."""
    for company in ("acme", "bolt"):
        for name in ("policies", "questionnaires"):
            (folder / "own" / company / name).mkdir(parents=True)
        policies = folder / "own" / company / "policies"
        (policies / f"{company}.md").write_text("# Backups\n\nThey run every night.\n", encoding="utf-8")
        asked = "No.,Question,Allowed values,Response\n1.1,Do you make backups every night?,Yes / No,\n"
        (folder / "own" / company / "questionnaires" / "asked.csv").write_text(asked, encoding="utf-8")
    first = {"company": "acme", "number": "1.1", "choice": "Yes", "source": "acme.md", **given}
    second = {"company": "bolt", "number": "1.1", "choice": "Yes", "source": "bolt.md"}
    (folder / "own.toml").write_text(LABEL.format(**first) + LABEL.format(**second), encoding="utf-8")
    return folder / "own.toml"


def answer(question: Question, text: str) -> RfpAnswer:
    return RfpAnswer(
        question_id=question.id,
        language=question.language,
        short=ShortForm.YES,
        segments=(Segment(id="a.1", text=text),),
        confidence=Confidence(value=0.9, dimensions=dict.fromkeys(Dimension, 0.9)),
        route=Route.HIGH,
        category="general",
    )


class _Answering:
    """Says which documents it knows."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.known = ", ".join(texts)
        self.files: Mapping[str, str] = {}

    def answer(self, question: Question, *, questionnaire: Questionnaire) -> RfpAnswer:  # noqa: ARG002 - the interface
        return answer(question, self.known)


def bases_of(half: str) -> list[Base]:
    return [base for file in label_files(DATA, split=half) for base in bases(DATA / "own", labels=file)]


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_enough_questions_of_every_kind_in_both_languages(half: str) -> None:
    found = bases_of(half)
    for language in Language:
        labels = [
            label for base in found for label in base.labels if base.questionnaires[label.file].language is language
        ]
        shares = {
            verdict: sum(label.verdict == verdict for label in labels) / len(labels)
            for verdict in ("answered", "partly", "none")
        }
        assert len(labels) >= 60
        assert shares == pytest.approx({"answered": 0.5, "partly": 0.12, "none": 0.38}, abs=0.06)
        assert sum(label.strict == "rule" for label in labels) >= 3


def test_no_question_is_asked_in_both_halves() -> None:
    halves = [
        {
            (file.split("/")[0], question.text)
            for base in bases_of(half)
            for file, questionnaire in base.questionnaires.items()
            for question in questionnaire.questions
        }
        for half in HALVES
    ]
    assert all(halves)
    assert len(set().union(*halves)) == sum(map(len, halves))


def test_every_company_is_asked_about_its_own_documents_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def world(texts: Mapping[str, str], **_models: Path | None) -> Iterator[_Answering]:
        yield _Answering(texts)

    monkeypatch.setattr(own, "open_world", world)
    asked = own.measure(bases(tmp_path / "own", labels=labels_of(tmp_path)))
    assert [item.judged.answer.text for item in asked] == ["acme.md", "bolt.md"]
    assert [item.in_right_form for item in asked] == [True, True]


@pytest.mark.parametrize(
    "given",
    [{"source": "bolt.md"}, {"choice": "Maybe"}, {"source": "none.md"}],
    ids=["another-company", "no-choice", "no-file"],
)
def test_a_label_that_points_nowhere_is_refused(tmp_path: Path, given: dict[str, str]) -> None:
    labels = labels_of(tmp_path, **given)
    with pytest.raises(ValueError, match=r"acme"):
        bases(tmp_path / "own", labels=labels)


def test_a_label_of_a_company_without_documents_is_refused(tmp_path: Path) -> None:
    labels = labels_of(tmp_path)
    labels.write_text(labels.read_text(encoding="utf-8").replace("bolt/asked", "nobody/asked"), encoding="utf-8")
    with pytest.raises(ValueError, match="nobody"):
        bases(tmp_path / "own", labels=labels)


def test_choices_named_in_words_become_keys_and_keys_stay(tmp_path: Path) -> None:
    base = bases(tmp_path / "own", labels=labels_of(tmp_path))[0]
    question = base.questionnaires["acme/asked.csv"].questions[0]
    keys = {question.choices[0].key}
    for named in (keys, {"Yes"}):
        label = Label(file="acme/asked.csv", id="1.1", verdict="answered", choices=frozenset(named))
        assert with_keys(label, question).choices == keys


@pytest.mark.parametrize(
    ("text", "expected"),
    [("The backups are taken every night.", True), ("Las copias se hacen todas las noches.", False)],
    ids=["same", "other"],
)
def test_prose_counts_in_the_language_that_it_is_in(tmp_path: Path, text: str, expected: bool) -> None:
    base = bases(tmp_path / "own", labels=labels_of(tmp_path))[0]
    question = base.questionnaires["acme/asked.csv"].questions[0]
    asked = base.asked(Judged(base.labels[0], answer(question, text), Outcome.ANSWERED_RIGHT))
    assert asked.in_language is expected
    assert not asked.across


def test_a_document_of_the_other_language_is_told_apart(tmp_path: Path) -> None:
    labels = labels_of(tmp_path)
    policy = tmp_path / "own" / "acme" / "policies" / "acme.md"
    policy.write_text(
        "# Copias\n\nLas copias se hacen todas las noches (every night) y se guardan.\n", encoding="utf-8"
    )
    base = bases(tmp_path / "own", labels=labels)[0]
    question = base.questionnaires["acme/asked.csv"].questions[0]
    asked: Asked = base.asked(Judged(base.labels[0], answer(question, "Yes."), Outcome.ANSWERED_RIGHT))
    assert asked.across


def test_what_went_wrong_in_the_test_half_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        called(monkeypatch, "--verbose")


def test_without_its_data_it_is_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert called(monkeypatch, "--data", str(tmp_path)) == SKIPPED


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(("--record",), True), ((), False), (("--split", "dev", "--record"), False), (("--data", "", "--record"), False)],
    ids=["test-half", "not-asked-for", "development", "own-data"],
)
def test_only_the_test_half_is_recorded_and_only_on_request(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    expected: bool,
) -> None:
    recorded: list[Figure] = []
    monkeypatch.setattr(own, "measure", lambda *_, **__: [])
    monkeypatch.setattr(own, "bases", lambda *_, **__: [])
    monkeypatch.setattr(own, "DATA", tmp_path)
    monkeypatch.setattr(suite, "record", lambda found, **_: recorded.extend(found))
    for name in ("own.toml", "own.dev.toml", "own.test.toml"):
        (tmp_path / name).write_text("question = []\n", encoding="utf-8")
    (tmp_path / "own").mkdir()
    assert called(monkeypatch, *(item or str(tmp_path) for item in arguments)) == 0
    named = {(figure.name, figure.language) for figure in recorded}
    assert (named >= {("rfp.own.claims_more", "en"), ("rfp.own.claims_more", "es")}) is expected
    assert bool(recorded) is expected
