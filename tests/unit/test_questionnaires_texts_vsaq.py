"""VSAQ questionnaires: every item with a value is a question, conditions look at choices only, nothing is dropped."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.question_conditions import depends_on, holds
from copilot.domain.questionnaires import AnswerForm, Doubt, Questionnaire, SkipReason
from copilot.errors import UnreadableFile
from knowledge.questionnaires import vsaq
from knowledge.questionnaires.loose_json import loads

_FOLDER = Path(__file__).parents[3] / "shared" / "benchmarks" / "vsaq" / "questionnaires"
_VALUE = re.compile(r'^\s*"type":\s*"(?:radiogroup|checkgroup|check|line|box|yesno|upload)"', re.MULTILINE)
_TODAY = date(2027, 3, 1)
_FILES = sorted(_FOLDER.glob("*.json")) if _FOLDER.is_dir() else []


def _read(whole: Any) -> Questionnaire:
    content = whole if isinstance(whole, str) else json.dumps(whole)
    return vsaq.read(content.encode(), name="vendor.json", today=_TODAY)


def _block(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "block", "text": "Vendors", "items": list(items), **more}


@pytest.mark.skipif(not _FILES, reason="the questionnaires are not here")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_no_question_of_a_published_questionnaire_is_lost(path: Path) -> None:
    found = vsaq.read(path.read_bytes(), name=path.name, today=_TODAY)
    assert len(found.questions) == len(_VALUE.findall(path.read_text(encoding="utf-8")))
    assert len({question.id for question in found.questions}) == len(found.questions)
    keys = {choice.key for question in found.questions for choice in question.choices}
    assert all(depends_on(question.condition) <= keys for question in found.questions)
    assert not any(re.search(r"</?(?:p|b|a|li|ul|code)\b", question.text) for question in found.questions)


_SAMPLE = """
// A licence text stands here.
{"questionnaire": [{"type": "block", "text": "Vendors", "items": [
  {"type": "block", "text": "Network", "id": "net", "cond": "!req_nodata", "items": [
    {"type": "info", "text": "<p>Answer for <b>production</b>.</p>" +
        "<p>See https://example.com/a // b.</p>"},
    {"type": "radiogroup", "id": "fw", "text": "Do you use &quot;firewalls&quot;?", "choices": [
      {"fw_yes": "Yes, <i>everywhere</i>."}, {"fw_no": "No."},]},
    {"type": "tip", "id": "warn_fw", "cond": "fw_no", "text": "Use a firewall.", "why": "Explain below:"},
    {"type": "box", "id": "fw_why", "cond": "^warn_fw || fw_yes", "text": "Explain your rules (max. 200 words)."}
  ]},
  {"type": "info", "text": "What standards do you apply?"},
  {"type": "checkgroup", "choices": [{"req_nodata": "None"}, {"iso": "ISO 27001"}]},
  {"type": "check", "id": "box", "text": "I declare that the answers are true."},
  {"type": "upload", "id": "report", "cond": "box", "text": "Upload your last report.", "required": true},
  {"type": "line", "id": "people", "text": "How many people work in security?"}
]}]}
"""


def test_sections_conditions_choices_and_texts_are_read() -> None:
    found = _read(_SAMPLE)
    firewall, why, standards, declared, report, people = found.questions
    assert found.title == "Vendors"
    assert firewall.text == 'Do you use "firewalls"?'
    assert firewall.section == ("Network",)
    assert firewall.condition == "!req_nodata"
    assert [(choice.key, choice.text) for choice in firewall.choices] == [
        ("fw_yes", "Yes, everywhere."),
        ("fw_no", "No."),
    ]
    assert holds(why.condition, chosen=frozenset({"fw_no"}))
    assert not holds(why.condition, chosen=frozenset({"fw_no", "req_nodata"}))
    assert why.limit.words == 200
    assert standards.text == "What standards do you apply?"
    assert standards.form is AnswerForm.CHOICES
    assert [choice.key for choice in declared.choices] == ["box/yes", "box/no"]
    assert (report.condition, report.form, report.mandatory) == ("box/yes", AnswerForm.FILE, True)
    assert people.form is AnswerForm.NUMBER
    assert found.instructions == ("Answer for production.\n\nSee https://example.com/a // b.",)
    assert [(skipped.text, skipped.reason) for skipped in found.skipped] == [
        ("Use a firewall.\nExplain below:", SkipReason.INSTRUCTION)
    ]
    assert [question.answer_place for question in found.questions] == [question.place for question in found.questions]


def test_an_extension_is_read_alone_with_a_warning() -> None:
    item = {"type": "line", "id": "own", "text": "Which ticket system do you use?"}
    found = _read({"extensions": [_block(item, insertAfter="network")]})
    assert [question.id for question in found.questions] == ["own"]
    assert len(found.warnings) == 1
    assert "extension" in found.warnings[0]


def test_a_group_without_words_goes_on_under_its_heading_and_is_doubtful() -> None:
    choices = [{"ups": "Batteries"}, {"fire": "Fire detection"}]
    found = _read({"questionnaire": [_block(_block({"type": "checkgroup", "choices": choices}, text="Power"))]})
    assert found.questions[0].text == "Power: Batteries / Fire detection"
    assert found.questions[0].doubt == Doubt.STATEMENT


def test_a_condition_that_cannot_be_read_is_told() -> None:
    item = {"type": "line", "id": "own", "text": "Why?", "cond": 'matches(x/value, "y")'}
    found = _read({"questionnaire": [_block(item)]})
    assert found.questions[0].condition == ""
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    "content",
    ['{"questionnaire": [', '{"questionnaire": "x" + 1}', '{"a": 1}', "[1]", '{"questionnaire": [1]}',
     '{"questionnaire": []}', '{"questionnaire": [{"type": "block", "items": 3}]}', "[" * 100_000,
     '{"questionnaire": [' + '{"items": [' * 200 + "]}" * 200 + "]}"],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_questionnaire_is_refused_with_advice(content: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        _read(content)
    assert caught.value.hint


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, st.sampled_from([None, 1, 4]))
def test_strict_json_is_read_as_it_is(value: Any, indent: int | None) -> None:
    assert loads(json.dumps(value, indent=indent)) == value
    assert loads(json.dumps(value, indent=indent, ensure_ascii=False)) == value


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_joined_strings_are_one_string(parts: list[str]) -> None:
    written = ' +\n // a comment "\n'.join(json.dumps(part) for part in parts)
    assert loads(f"/* x */ [{written},]") == ["".join(parts)]


@pytest.mark.parametrize("text", ["1 2", '"a" "b"', "[1 + 2]", '["a" + 1]', "{,}", "[1,,2]", "'a'", "{a: 1}"])
def test_other_liberties_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)
