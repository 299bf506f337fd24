"""An explanation as plain data, for programs: the API and `--json` answer with the same.

Invariant: it says all that the pages say.
"""

from typing import Any

from copilot.workflows.scores.story import AccountStory, Alike, Change, ScoreStory, Sign


def as_data(story: AccountStory) -> dict[str, Any]:
    """JSON's types only; days in ISO form."""
    return {
        "account_id": story.account_id,
        "name": story.name,
        "day": story.day.isoformat(),
        "scores": [_score(score) for score in story.scores],
        "alike": [_alike(one) for one in story.alike],
        "alike_note": story.alike_note or None,
        "nothing": story.nothing or None,
    }


def _score(score: ScoreStory) -> dict[str, Any]:
    before = score.before
    return {
        "kind": score.kind.value,
        "title": score.title,
        "value": score.value,
        "band": score.band.value if score.band else None,
        "missing": score.missing.value if score.missing else None,
        "why_not": score.why_not or None,
        "sentence": score.sentence or None,
        "bad": [_sign(sign) for sign in score.bad],
        "good": [_sign(sign) for sign in score.good],
        "changes": [_change(change) for change in score.changes],
        "together": score.together or None,
        "before": {"value": before.value, "day": before.day.isoformat()} if before else None,
    }


def _sign(sign: Sign) -> dict[str, Any]:
    return {
        "name": sign.name,
        "text": sign.sentence,
        "effect": sign.effect,
        "evidence_id": sign.evidence.id if sign.evidence else None,
        "as_of": sign.evidence.as_of.isoformat() if sign.evidence else None,
        "source_path": sign.evidence.source_path if sign.evidence else None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "text": change.sentence,
        "value": change.value,
        "band": change.band.value,
        "of_healthy": change.of_healthy,
    }


def _alike(one: Alike) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "name": one.name,
        "left_on": one.left_on.isoformat() if one.left_on else None,
        "text": one.sentence,
        "in_what": one.in_what or None,
        "evidence_id": one.evidence.id if one.evidence else None,
    }
