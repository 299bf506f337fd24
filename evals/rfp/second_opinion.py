"""How well a model notices answers whose source does not answer the question.

Run: python -m evals.rfp.second_opinion [--model FILE.gguf] [--split dev|test] [--data DIR] [--record] [--verbose].
FILE: as COPILOT_LOCAL_MODEL, where it is left out. DIR as for `evals.rfp.own`. The offline writer answers; the model,
found fit or not, gives its opinion on every answer. Figures are those of the questions' language: of the wrong answers
and of the right ones, how many it doubts, and how many of the built-in pairs it judges right (five of six are needed to
be asked at all).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from copilot.agent.model_check.judging import JudgingTally, judged, pairs
from copilot.domain.language import Language
from copilot.domain.rfp_answers import NoticeCode
from copilot.llm.roles import Caller, ModelRole
from copilot.settings import load_settings
from evals.figures import Figure
from evals.retrieval.collection import READER
from evals.rfp.labelled import arguments, note_of, tell_what_went_wrong
from evals.rfp.outcomes import share
from evals.rfp.own import DATA, Asked, bases, label_files, measure
from evals.rfp.world import Unchecked, open_world
from evals.suite import finish, skip

_NAME = "rfp.second_opinion"
_COMMAND = "python -m evals.rfp.second_opinion --model FILE --record"
_NOTES = {
    "wrong_doubted": "of the answers that are wrong",
    "right_doubted": "of the answers that are right: a doubt here is a false alarm",
    "pairs_right": "of the built-in pairs of a question and a line, of which half answer",
}


def main() -> int:
    """Measure, print, and record with `--record`."""
    wanted, is_test = arguments(
        about="A second model's doubts about answers to questionnaires.",
        data="companies with their questionnaires, and labels, of your own",
    )
    folder = (wanted.data or DATA) / "own"
    files = label_files(wanted.data or DATA, split=None if wanted.data else wanted.split)
    wanted.model = wanted.model or load_settings().local_model or Path("FILE.gguf")
    for needed in (wanted.model, folder):
        if not needed.exists():
            return skip(needed)
    tally = _pairs(wanted.model)
    asked = measure([base for file in files for base in bases(folder, labels=file)], judge=wanted.model)
    if wanted.verbose:
        tell_what_went_wrong([item.judged for item in asked if _is_doubted(item)])
    figures = [
        figure for language in Language for figure in _figures(asked, tally, language, wanted, is_test=is_test)
    ]  # fmt: skip
    return finish(figures, own_data=not (wanted.record and is_test), published="the test half with `--record`")


def _pairs(model: Path) -> JudgingTally:
    with open_world({}, judge=model) as world:
        judge = Unchecked(world.application.models).for_role(ModelRole.JUDGE, caller=Caller.of(READER))
        return judged(judge)


def _is_doubted(item: Asked) -> bool:
    return any(notice.code is NoticeCode.DOUBTED for notice in item.judged.answer.notices)


def _figures(
    asked: Sequence[Asked], tally: JudgingTally, language: Language, wanted: argparse.Namespace, *, is_test: bool
) -> list[Figure]:
    mine = [item for item in asked if item.language is language and item.judged.claims]
    of = sum(pair.language is language for pair in pairs())
    right = tally.by_language[language.value]
    cases = {
        "wrong_doubted": [_is_doubted(item) for item in mine if not item.judged.is_right],
        "right_doubted": [_is_doubted(item) for item in mine if item.judged.is_right],
        "pairs_right": [place < right for place in range(of)],
    }
    note = note_of(len(mine), model=wanted.model, is_test=is_test).replace("questions", "answers")
    return [
        share(values, measure=key, name=_NAME, command=_COMMAND, note=f"{_NOTES[key]}. {note}", language=language.value)
        for key, values in cases.items()
    ]


if __name__ == "__main__":
    raise SystemExit(main())
