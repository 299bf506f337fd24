"""Answers for VSAQ as its pages save and load them: one flat JSON object, value by item id.

The format is what VSAQ's own pages read from an answers file (`loadAnswersFromFile` in
`client_side_only_impl/vsaq_main.js`, `getValue` of the items in `vsaq/static/questionnaire/*item.js`, commit 366d670 of
github.com/google/vsaq): a line or box has its text, a yes-or-no item `yes` or `no`, and every radio button or check box
by its own id `checked` or nothing.
Invariant: only items that were answered are in it; the questionnaire itself is never changed.
"""

import json
import re
from collections.abc import Mapping

from copilot.domain.questionnaires import AnswerForm, Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.filled import Filled, Unwritable
from copilot.workflows.rfp.filling.saying import allowed_value, in_open_place, prose, says_anything

_CHECKED = "checked"
_OBJECT = re.compile(r"\{[^{}]{0,4000}?\}", re.DOTALL)
_NO_PLACE = frozenset({AnswerForm.FILE})


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The answers file for the questionnaire in `content`; an answer to a file to be uploaded has no place in it."""
    boxes = _check_boxes(content.decode(errors="replace"))
    values: dict[str, str] = {}
    unplaced = []
    for question in questionnaire.questions:
        answer = answers.get(question.id)
        if answer is None or not says_anything(answer):
            continue
        try:
            values |= _values(question, answer, boxes)
        except Unwritable:
            unplaced.append(question.id)
        else:
            if question.choices and prose(answer):
                unplaced.append(question.id)  # a choice takes no words
    text = json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    return Filled(".answers.json", "application/json", text.encode(), tuple(unplaced))


def _values(question: Question, answer: RfpAnswer, boxes: frozenset[str]) -> dict[str, str]:
    place = question.answer_place
    own = {f"{place.address}/yes": "yes", f"{place.address}/no": "no"} if place is not None else {}
    grouped = bool(question.choices) and not {choice.key for choice in question.choices} <= own.keys()
    if place is None or question.form in _NO_PLACE or (place.address.startswith("#") and not grouped):
        raise Unwritable  # an item without an id has no value; a group needs none, its choices have theirs
    if not question.choices:
        return {place.address: in_open_place(question, answer, own_comment=False).value}
    keys = [choice.key for choice in question.choices]
    taken = [key for key in keys if key in answer.chosen]
    if not taken:
        taken = [keys[allowed_value(question, answer, [choice.text for choice in question.choices])]]
    if len(taken) < len(answer.chosen) or (len(taken) > 1 and question.form is not AnswerForm.CHOICES):
        raise Unwritable
    if not grouped:
        value = own[taken[0]]
        if place.address in boxes:
            value = _CHECKED if value == "yes" else ""
        return {place.address: value}
    return {key: _CHECKED if key in taken else "" for key in keys}


def _check_boxes(text: str) -> frozenset[str]:
    """Ids of the items that are a single box to be ticked."""
    found = set()
    for match in _OBJECT.finditer(text):
        kind = re.search(r'"type"\s*:\s*"check"', match.group())
        name = re.search(r'"id"\s*:\s*"([^"]+)"', match.group())
        if kind and name:
            found.add(name.group(1))
    return frozenset(found)
