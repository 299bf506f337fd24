"""Answers in a Word document: in the runs, cells and controls that wait for them.

Invariant: only the part with the document's text changes, and in it only the places of answers; what stands there keeps
its formatting.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from copilot.domain.questionnaires import Choice, Place, Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.workflows.rfp.filling.archive import Archive, written
from copilot.workflows.rfp.filling.filled import Filled, Unwritable
from copilot.workflows.rfp.filling.lines import Edit
from copilot.workflows.rfp.filling.lines import written as line_edit
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.saying import allowed_value, prose, says_anything, words_beside
from copilot.workflows.rfp.filling.sheet_values import only_day
from copilot.workflows.rfp.filling.spoken import Spoken, on_boxes, spoken
from copilot.workflows.rfp.filling.word_controls import (
    choose,
    is_waiting,
    listed,
    may_choose,
    no_longer_waits,
    put_in_control,
    shows_its_invitation,
)
from copilot.workflows.rfp.filling.word_places import Places, Spot
from copilot.workflows.rfp.filling.word_text import Paragraphs

_MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
}


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The document with these answers. Raises UnreadableFile."""
    archive = Archive(content)
    main = archive.main_part()
    root = archive.tree(main)
    filling = _Filling(Places(root))
    unplaced = [
        question.id
        for question in questionnaire.questions
        if question.id in answers
        and says_anything(answers[question.id])
        and not filling.place(question, answers[question.id])
    ]
    suffix = ".docm" if archive.has("word/vbaProject.bin") else ".docx"
    changed = {main: written(root)} if filling.changed else {}
    return Filled(suffix, _MEDIA_TYPES[suffix], archive.with_parts(changed), tuple(unplaced))


@dataclass(slots=True)
class _Filling:
    places: Places
    changed: bool = False

    def place(self, question: Question, answer: RfpAnswer) -> bool:
        """Write one answer; False if not all of it could be."""
        try:
            listed = self._list_at(question.answer_place)
            if listed is not None:
                return self._choose(question, answer, listed)
            said = spoken(question, answer)
            if said.ticked:
                return self._tick(question, said)
            self._write(question.answer_place, said.value, given=question.given, day=only_day_of(answer))
        except Unwritable:
            return False
        return not said.comment or question.comment_place is None or self._comment(question, said.comment)

    def _choose(self, question: Question, answer: RfpAnswer, control: etree._Element) -> bool:
        """Take a value of a drop-down. Raises Unwritable."""
        texts = listed(control)
        place = allowed_value(question, answer, texts)
        if is_free(texts[place], given="") or not may_choose(control, given=question.given):
            raise Unwritable
        choose(control, place)
        self.changed = True
        if question.comment_place in {None, question.answer_place}:
            return not words_beside(texts[place], answer)
        return not prose(answer) or self._comment(question, prose(answer))

    def _tick(self, question: Question, said: Spoken) -> bool:
        by_place: dict[Place, list[Choice]] = {}
        for choice in said.ticked:
            if choice.place is not None:
                by_place.setdefault(choice.place, []).append(choice)
        done, placed = [], not said.comment
        for place, chosen in by_place.items():
            paragraphs = Paragraphs(self._spot(place).paragraphs)
            if paragraphs.text.strip():
                comment = said.comment if place == question.comment_place else ""
                edits, with_comment = on_boxes(paragraphs.text, chosen, comment=comment)
                placed = placed or bool(comment and with_comment)
            else:  # a cell to be ticked
                edits = [line_edit(paragraphs.text, "X")]
            done.append((paragraphs, edits))
        for paragraphs, edits in done:
            paragraphs.apply(edits)
            self.changed = True
        has_own = question.comment_place is not None and question.comment_place not in by_place
        return placed or (has_own and self._comment(question, said.comment))

    def _comment(self, question: Question, text: str) -> bool:
        try:
            self._write(question.comment_place, text, given="", day=None, last=True)
        except Unwritable:
            return False
        return True

    def _write(self, place: Place | None, value: str, *, given: str, day: str | None, last: bool = False) -> None:
        """Put a text into a control, a gap or an empty place. Raises Unwritable."""
        spot = self._spot(place)
        paragraphs = Paragraphs(spot.paragraphs)
        control = next((item for item in paragraphs.controls if is_waiting(item, given=given)), None)
        if control is not None:
            put_in_control(control, value, day=day)
        elif any(shows_its_invitation(item) for item in spot.around):
            paragraphs.apply([Edit(0, len(paragraphs.text), value)])
        else:
            paragraphs.apply([line_edit(paragraphs.text, value, given=given, last=last)])
        for around in spot.around:
            no_longer_waits(around)
        self.changed = True

    def _spot(self, place: Place | None) -> Spot:
        spot = None if place is None else self.places.at(place.address)
        if spot is None or not spot.paragraphs:
            raise Unwritable
        return spot

    def _list_at(self, place: Place | None) -> etree._Element | None:
        """A drop-down in that place."""
        spot = None if place is None else self.places.at(place.address)
        if spot is None:
            return None
        paragraphs = Paragraphs(spot.paragraphs)
        return next(
            (item for item in (*paragraphs.controls, *paragraphs.old_lists, *spot.around) if listed(item)), None
        )


def only_day_of(answer: RfpAnswer) -> str | None:
    """The day of the answer as a control for days keeps it."""
    day = only_day(prose(answer), language=answer.language)
    return None if day is None else f"{day.isoformat()}T00:00:00Z"
