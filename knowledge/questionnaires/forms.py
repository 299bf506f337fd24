"""Reads rows outside of tables: titles, instructions, and labels with a place for a value beside them.

Invariant: every text of a row is in a finding, a heading or what was left out; a label with a value beside it is the
asker's, one with an empty place is asked.
"""

import re
from collections.abc import Sequence

from copilot.domain.language import Language
from copilot.domain.questionnaires import SkipReason
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import says, split_number
from knowledge.questionnaires.finding import Finding, Findings, Headings
from knowledge.questionnaires.grid import Sheet, Spot, one_line
from knowledge.questionnaires.layout import matches
from knowledge.questionnaires.roles import is_number

_LABEL_WORDS = 8
_HEADING_WORDS = 12
_PREFACE_WORDS = 14
_FURTHER = 4
_NEAR = 3


def read_free_rows(
    sheet: Sheet,
    rows: Sequence[int],
    findings: Findings,
    headings: Headings,
    *,
    language: Language,
    passive: bool,
    instructs: bool,
) -> None:
    """Read rows outside of tables. `passive`: the sheet asks nothing; `instructs`: because it instructs."""
    reasons = reasons_below(sheet, rows, passive=passive)
    for row in rows:
        reason = reasons.get(row)
        if reason is SkipReason.HEADING:
            _push_heading(sheet, row, findings, headings, language=language)
        elif reason is not None:
            findings.skip_row(sheet, row, reason)
        elif passive:
            _read_passive(sheet, row, findings, headings, language=language, instructs=instructs)
        else:
            read_form_row(sheet, row, findings, headings, language=language)


def reasons_below(sheet: Sheet, rows: Sequence[int], *, passive: bool) -> dict[int, SkipReason]:
    """Rows that are left out because of the heading above them, and these headings themselves.

    It reaches to the next heading, or to a label with a place that is to be filled in.
    """
    found: dict[int, SkipReason] = {}
    reason: SkipReason | None = None
    for row in rows:
        cells = sheet.rows[row]
        first = cells[min(cells)]
        if len(cells) == 1 and (new := _reason_below(first)) is not None:
            reason = new
            found[row] = SkipReason.HEADING
        elif reason is not None and not passive and _is_new_heading(sheet, row):
            reason = None
            found[row] = SkipReason.HEADING
        elif reason is SkipReason.INSTRUCTION and _is_field(sheet, row):
            reason = None
        elif reason is not None:
            found[row] = reason
    return found


def _is_field(sheet: Sheet, row: int) -> bool:
    spot = (row, min(sheet.rows[row]))
    beside = (row, sheet.area(spot).right + 1)
    return len(sheet.rows[row]) == 1 and _is_label(sheet.text(spot)) and sheet.looks_like_input(beside)


def _is_new_heading(sheet: Sheet, row: int) -> bool:
    """Bold and alone: what was said above is over."""
    cells = sheet.rows[row]
    spot = (row, min(cells))
    return len(cells) == 1 and sheet.look(spot).bold and len(cells[spot[1]].split()) <= _HEADING_WORDS


def _reason_below(heading: str) -> SkipReason | None:
    for key, reason in (
        ("own", SkipReason.OWN_DETAILS),
        ("example", SkipReason.EXAMPLE),
        ("instructions", SkipReason.INSTRUCTION),
    ):
        if matches("heading", key, heading):
            return reason
    return None


def _read_passive(
    sheet: Sheet, row: int, findings: Findings, headings: Headings, *, language: Language, instructs: bool
) -> None:
    cells = sheet.rows[row]
    spot = (row, min(cells))
    beside = (row, sheet.area(spot).right + 1)
    fillable = sheet.rule(beside) is not None or (sheet.looks_like_input(beside) and bool(sheet.look(beside).bordered))
    label = cells[spot[1]]
    if len(cells) == 1 and fillable and (_is_label(label) or asking.is_question(label, language=language)):
        read_form_row(sheet, row, findings, headings, language=language)
        return
    if not findings.title and not findings.left and len(cells) == 1 and len(label.split()) <= _HEADING_WORDS:
        _push_heading(sheet, row, findings, headings, language=language)
        return
    findings.skip_row(sheet, row, SkipReason.INSTRUCTION if instructs else SkipReason.OTHER)


def read_form_row(
    sheet: Sheet, row: int, findings: Findings, headings: Headings, *, language: Language, headed: bool = False
) -> bool:
    """Read one row; False if it was left alone. `headed`: the row lies in a table, under other columns' questions."""
    cells = sheet.rows[row]
    pending = sorted(cells)
    found = False
    left: list[int] = []
    while pending:
        column = pending.pop(0)
        used = _read_cell(sheet, (row, column), findings, headings, language=language)
        if used is None:
            left.append(column)
            continue
        found = True
        pending = [other for other in pending if other != used]
    if headed and not found:
        return False
    if found and left and left[0] == min(cells) and is_number(cells[left[0]]) and not findings.questions[-1].number:
        findings.questions[-1].number = one_line(cells[left.pop(0)])
    if left:
        _leave(sheet, row, left, findings, headings, language=language, alone=not found and not headed)
    return True


def _read_cell(sheet: Sheet, spot: Spot, findings: Findings, headings: Headings, *, language: Language) -> int | None:
    """Read a label or question with the place beside it; the column of the place, or None if it is neither."""
    text = sheet.text(spot)
    asks = asking.is_question(text, language=language)
    if asking.is_instruction(text, language=language) or is_signature(text):
        return None
    beside = _beside(sheet, spot)
    free = sheet.is_free(beside)
    if marks_place(sheet, spot, beside, findings):
        return beside[1]
    if matches("label", "own", text) and not asks and len(text.split()) <= _LABEL_WORDS:
        if not free:
            findings.skip(sheet, spot, [text, sheet.text(beside)], SkipReason.OWN_DETAILS)
            return beside[1]
        return None
    if not (asks or _is_label(text)):
        return _input_of(sheet, spot, beside, findings, headings, language=language) if free else None
    if not free:
        return _filled(sheet, spot, beside, findings, headings, asks=asks)
    if not asks and not _has_input(sheet, beside, text):
        return None
    add_beside(sheet, spot, beside, findings, headings, statement=not asks)
    return beside[1]


def _beside(sheet: Sheet, spot: Spot) -> Spot:
    """The cell right of a label; a box a little further on, or right below, comes before a plain empty cell."""
    row, first = spot[0], sheet.area(spot).right + 1
    if sheet.looks_like_input((row, first)):
        return row, first
    for column in range(first, first + _FURTHER):
        if not sheet.is_free((row, column)):
            break
        if sheet.looks_like_input((row, column)):
            return row, column
    below = (sheet.area(spot).bottom + 1, spot[1])
    boxed = sheet.look(below).bordered or sheet.area(below).left < sheet.area(below).right
    return below if boxed and sheet.is_free(below) and below[0] not in sheet.rows else (row, first)


def marks_place(sheet: Sheet, spot: Spot, beside: Spot, findings: Findings) -> bool:
    """Whether the text is `Answer:` or `Comments:` under a question; then the place beside it is that question's."""
    text = sheet.text(spot)
    is_answer, is_comment = is_answer_label(text), is_comment_label(text)
    last = findings.questions[-1] if findings.questions else None
    if not (is_answer or is_comment) or last is None or last.sheet is not sheet:
        return False
    if not 0 < spot[0] - last.spot[0] <= _NEAR:
        return False
    free = sheet.anchor(beside) if sheet.is_free(beside) else None
    if is_answer and (last.answer is None or sheet.is_free(last.answer)):
        last.answer = free
    elif is_comment and (last.comment is None or sheet.is_free(last.comment)):
        last.comment = free
    findings.skip(sheet, spot, [text], SkipReason.HEADING)
    if free is None and sheet.text(beside):
        findings.skip(sheet, beside, [sheet.text(beside)], SkipReason.OTHER)
    return True


def is_signature(text: str) -> bool:
    """`Firma y sello:`, `Signed by`: for a person's hand."""
    return bool(says("own", "signature", text)) or matches("label", "signature", text)


def is_answer_label(text: str) -> bool:
    """`Answer:`, `Respuesta`: marks where the answer to the question above belongs."""
    return bool(says("answer", "bare", text)) or _is_only(text, says("answer", "line", text))


def is_comment_label(text: str) -> bool:
    """`Comments:`, `Observaciones:` below a question."""
    marked = f"{text.rstrip(': ')}:"
    return _is_only(marked, says("answer", "comment", marked))


def _is_only(text: str, match: re.Match[str] | None) -> bool:
    """Whether nothing follows the label."""
    rest = "" if match is None else text[match.end() :]
    return match is not None and len(match.group()) > 1 and not any(character.isalnum() for character in rest)


def _filled(
    sheet: Sheet, spot: Spot, beside: Spot, findings: Findings, headings: Headings, *, asks: bool
) -> int | None:
    text = sheet.text(spot)
    if asks and sheet.text(beside):
        add_beside(sheet, spot, beside, findings, headings, statement=False)
        return beside[1]
    if sheet.text(beside):
        findings.skip(sheet, spot, [text, sheet.text(beside)], SkipReason.OWN_DETAILS)
        return beside[1]
    return None


def _input_of(
    sheet: Sheet, spot: Spot, beside: Spot, findings: Findings, headings: Headings, *, language: Language
) -> int | None:
    """A short text before a cell with a rule, or an unlocked one of a protected sheet."""
    rule = sheet.rule(beside)
    unlocked = sheet.protected and sheet.look(beside).unlocked and not sheet.look(spot).unlocked
    boxed = sheet.look(beside).bordered and not sheet.look(spot).bold and len(sheet.text(spot).split()) <= _LABEL_WORDS
    if rule is None and not unlocked and not boxed:
        return None
    add_beside(
        sheet, spot, beside, findings, headings, statement=not asking.is_question(sheet.text(spot), language=language)
    )
    return beside[1]


def add_beside(
    sheet: Sheet, spot: Spot, beside: Spot, findings: Findings, headings: Headings, *, statement: bool
) -> None:
    """Keep a question with the cell beside it as the place of its answer."""
    anchor = sheet.anchor(beside)
    rule = sheet.rule(anchor)
    text = sheet.text(spot)
    headings.fresh = False
    findings.questions.append(
        Finding(
            sheet=sheet,
            spot=spot,
            text=text,
            number=split_number(text).number,
            section=headings.current(),
            answer=anchor,
            options=[(value, None) for value in rule.values] if rule else [],
            rule=rule,
            mandatory=asking.is_mandatory(text) if len(text.split()) > 1 else None,
            limit=asking.limit_in(text),
            statement=statement,
            guidance=[sheet.notes[spot]] if spot in sheet.notes else [],
        )
    )


def _is_label(text: str) -> bool:
    """`Company name:`, `Razón social`."""
    if matches("label", "vendor", text):
        return True
    return text.rstrip().endswith(":") and len(text.split()) <= _LABEL_WORDS


def _has_input(sheet: Sheet, beside: Spot, text: str) -> bool:
    """Whether the place beside a label is one: a colon, or it looks so, or the label is one of a form."""
    if text.rstrip(" *").endswith(":") or sheet.looks_like_input(beside):
        return True
    look = sheet.look((beside[0], min(sheet.rows[beside[0]])))
    if look.bold or look.fill:  # a heading over a form
        return False
    alone = len(sheet.rows[beside[0]]) == 1 or beside[1] < sheet.width()
    return alone and matches("label", "vendor", text)


def _leave(
    sheet: Sheet,
    row: int,
    columns: Sequence[int],
    findings: Findings,
    headings: Headings,
    *,
    language: Language,
    alone: bool,
) -> None:
    cells = sheet.rows[row]
    texts = [cells[column] for column in columns]
    whole = " ".join(texts)
    spot = (row, columns[0])
    if asking.is_instruction(whole, language=language) or len(whole.split()) >= _PREFACE_WORDS:
        findings.skip(sheet, spot, texts, SkipReason.INSTRUCTION)
    elif alone and len(columns) == 1 and len(whole.split()) <= _HEADING_WORDS and not is_signature(whole):
        _push_heading(sheet, row, findings, headings, language=language)
    else:
        reason = SkipReason.OWN_DETAILS if matches("label", "own", texts[0]) else SkipReason.OTHER
        findings.skip(sheet, spot, texts, reason)


def _push_heading(sheet: Sheet, row: int, findings: Findings, headings: Headings, *, language: Language) -> None:
    cells = sheet.rows[row]
    spot = (row, min(cells))
    text = one_line(cells[spot[1]])
    is_first = not findings.title and not findings.questions and row == min(sheet.rows)
    if is_first and not asking.is_instruction(text, language=language) and not matches("heading", "instructions", text):
        findings.title = text
    else:
        headings.push(text, number=split_number(text).number, look=sheet.look(spot))
    findings.skip_row(sheet, row, SkipReason.HEADING)
