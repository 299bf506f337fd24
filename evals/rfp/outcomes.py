"""What the judged answers of a suite add up to: shares of their outcomes, calibration, the reliability curve.

Invariant: every figure says how many questions it rests on; a share of nothing says so.
"""

from collections.abc import Sequence

from evals.figures import Figure, Goal, today
from evals.rfp.calibration import calibration_error, curve, error_by_chance, error_interval
from evals.rfp.scoring import Excess, Judged, Outcome, top_fifth
from evals.statistics import wilson_interval

_WILSON = "Wilson interval over questions"
_GOALS = {
    "wrong_of_high": Goal(comparison="<=", threshold=0.01),
    "wrong_of_top_fifth": Goal(comparison="<=", threshold=0.01),
    "claims_more": Goal(comparison="<=", threshold=0.0),
    "calibration_error": Goal(comparison="<=", threshold=0.05),
}
_NOTES = {
    "wrong_of_high": "answers that policy sends on without an expert",
    "wrong_of_top_fifth": "the fifth of the answers with the highest confidence",
    "claims_more": (
        "an unsupported short form or choice, a rule given as a fact, or a sentence from a passage that does not "
        "answer; of the answers that claim anything"
    ),
    "answerable_answered": "of the questions that the policies answer wholly or partly",
    "in_form": "of right answers to questions whose short form or choice the policies support",
}


def figures_of(judged: Sequence[Judged], *, name: str, command: str, note: str, language: str = "en") -> list[Figure]:
    """Shares of the four outcomes, what was claimed beyond the sources, and the calibration; `language`: of these."""
    claimed = [item for item in judged if item.claims]
    right = [item for item in claimed if item.is_right]
    answerable = [item for item in judged if item.label.verdict != "none"]
    high = [item for item in judged if item.is_high]
    formed = [item.in_form for item in right if item.in_form is not None]
    counted: dict[str, list[bool]] = {
        **{outcome.value: [item.outcome is outcome for item in judged] for outcome in Outcome},
        "answerable_answered": [item.is_right for item in answerable],
        "in_form": [bool(value) for value in formed],
        "claims_more": [bool(item.excess) for item in claimed],
        **{f"claims_more_{excess.value}": [excess in item.excess for item in claimed] for excess in Excess},
        "wrong_of_high": [not item.is_right for item in high],
        "wrong_of_top_fifth": [not item.is_right for item in top_fifth(judged)],
    }
    made = [
        share(cases, measure=key, name=name, command=command, note=note, language=language)
        for key, cases in counted.items()
    ]
    return [*made, *_calibration(claimed, name=name, command=command, note=note, language=language)]


def share(cases: Sequence[bool], *, measure: str, name: str, command: str, note: str, language: str) -> Figure:
    """Of the cases that are true."""
    hits = sum(cases)
    return Figure(
        name=f"{name}.{measure}",
        language=language,
        value=hits / len(cases) if cases else 0.0,
        n=len(cases),
        interval=wilson_interval(hits, len(cases)) if cases else None,
        interval_method=_WILSON if cases else None,
        goal=_GOALS.get(measure) if cases else None,
        command=command,
        measured_on=today(),
        note=". ".join(filter(None, (_NOTES.get(measure, ""), note, "" if cases else "no cases: nothing is shown"))),
    )


def _calibration(claimed: Sequence[Judged], *, name: str, command: str, note: str, language: str) -> list[Figure]:
    if not claimed:
        return []
    confidences = [item.answer.confidence.value for item in claimed]
    right = [item.is_right for item in claimed]
    chance = error_by_chance(confidences)
    return [
        Figure(
            name=f"{name}.calibration_error",
            language=language,
            value=calibration_error(confidences, right),
            n=len(claimed),
            interval=error_interval(confidences, right),
            interval_method="bootstrap over answers, 2,000 draws, seed 7",
            goal=_GOALS["calibration_error"],
            command=command,
            measured_on=today(),
            note=f"10 bins of equal size over answers that claim anything; confidences that keep their word would show "
            f"{chance:.3f} with so few answers. {note}",
        )
    ]


def reliability(judged: Sequence[Judged], *, command: str) -> str:
    """The curve as a page."""
    claimed = [item for item in judged if item.claims]
    rows = curve([item.answer.confidence.value for item in claimed], [item.is_right for item in claimed])
    heading = "# Reliability of confidences: VSAQ questionnaires from the Datica policies, test half"
    said = f"Made by `{command}` on {today().isoformat()}; answers that claim something, in bins of equal size."
    return "\n".join([heading, "", said, "", *rows, ""])
