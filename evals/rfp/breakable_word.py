"""A Word questionnaire that holds everything a careless program loses when it writes an answer.

Invariant: as in `evals.rfp.breakable`.
"""

import io
from datetime import UTC, datetime

from docx import Document
from docx.oxml import parse_xml
from docx.shared import RGBColor

from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Choice, Place, Question, Questionnaire, QuestionnaireFormat
from evals.rfp.breakable import Sample, picture, rebuilt

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_NAMES = f'xmlns:w="{_W}" xmlns:w14="{_W14}"'
_INVITATION = '<w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr>'
_LIST = (
    f"<w:p {_NAMES}><w:r><w:t>Do you encrypt backups? </w:t></w:r><w:sdt><w:sdtPr><w:showingPlcHdr/><w:dropDownList>"
    '<w:listItem w:displayText="Choose an item." w:value=""/><w:listItem w:displayText="Fully compliant" w:value="1"/>'
    '<w:listItem w:displayText="Not compliant" w:value="2"/></w:dropDownList></w:sdtPr>'
    f"<w:sdtContent><w:r>{_INVITATION}<w:t>Choose an item.</w:t></w:r></w:sdtContent></w:sdt></w:p>"
)
_BOXES = (
    f"<w:p {_NAMES}>"
    + "".join(
        '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/>'
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>'
        f'<w:b/></w:rPr><w:t>☐</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t xml:space="preserve"> {text}  </w:t></w:r>'
        for text in ("Yes", "No", "Partially")
    )
    + "<w:r><w:t>Comments: ________</w:t></w:r></w:p>"
)
_TEXT = (
    f"<w:sdt {_NAMES}><w:sdtPr><w:showingPlcHdr/><w:text/></w:sdtPr><w:sdtContent><w:p><w:r>{_INVITATION}"
    "<w:t>Click or tap here to enter text.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)
_DAY = (
    f"<w:p {_NAMES}><w:r><w:t>Last test: </w:t></w:r><w:sdt><w:sdtPr><w:showingPlcHdr/><w:date>"
    f'<w:dateFormat w:val="dd/MM/yyyy"/></w:date></w:sdtPr><w:sdtContent><w:r>{_INVITATION}<w:t>Click to enter a date.'
    "</w:t></w:r></w:sdtContent></w:sdt></w:p>"
)
_OLD_LIST = (
    f'<w:p {_NAMES}><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Old"/><w:enabled/><w:ddList>'
    '<w:listEntry w:val="Yes"/><w:listEntry w:val="No"/></w:ddList></w:ffData></w:fldChar></w:r><w:r>'
    '<w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
_SIGNS = (
    f'<w:p {_NAMES}><w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
    '<w:r><w:t xml:space="preserve"> Yes </w:t></w:r>'
    '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r><w:r><w:t xml:space="preserve"> No</w:t></w:r></w:p>'
)


def document() -> Sample:
    """Tables with merged cells, controls of every kind, boxes, gaps, pictures, headers, custom XML, bookmarks."""
    file = Document()
    moment = datetime(2026, 11, 16, 9, tzinfo=UTC)
    file.core_properties.created = file.core_properties.modified = moment.replace(tzinfo=None)
    file.sections[0].header.paragraphs[0].text = "Confidential"
    file.add_heading("Questionnaire", 0)  # p0
    file.add_paragraph("1. How do you train people?")  # p1
    file.add_paragraph().paragraph_format.left_indent = 360000  # p2
    answer = file.add_paragraph("Answer: ")  # p3
    gap = answer.add_run("____________")
    gap.font.color.rgb, gap.italic = RGBColor(0, 0, 128), True
    answer.add_run(" (be brief)").bold = True
    table = file.add_table(rows=4, cols=3, style="Table Grid")
    for column, text in enumerate(("Question", "Answer", "Comments")):
        table.cell(0, column).paragraphs[0].add_run(text).bold = True
    for row, text in enumerate(("Do you log access?", "Do you review logs?", "Describe retention."), start=1):
        table.cell(row, 0).text = text
    table.cell(3, 1).merge(table.cell(3, 2))
    body = file.element.body
    for piece in (_LIST, _BOXES, _TEXT, _DAY, _OLD_LIST, _SIGNS):  # p4 ... p9
        body.insert(len(body) - 1, parse_xml(piece))
    file.add_paragraph("Do you host in the EU?  [ ] Yes  [ ] No")  # p10
    file.add_picture(io.BytesIO(picture()))  # p11
    stream = io.BytesIO()
    file.save(stream)
    content = rebuilt(stream.getvalue(), {}, added={"customXml/item9.xml": b"<buyer>42</buyer>"})
    return Sample("security.docx", content, _questionnaire())


def _questionnaire() -> Questionnaire:
    boxes = tuple(Choice(key=f"q5_{text}", text=text, place=Place(address="p5")) for text in ("Yes", "No", "Partially"))
    signs = tuple(Choice(key=f"q9_{text}", text=text, place=Place(address="p9")) for text in ("Yes", "No"))
    brackets = tuple(Choice(key=f"q10_{text}", text=text, place=Place(address="p10")) for text in ("Yes", "No"))
    questions = (
        _question("q2", "How do you train people?", "p1", "p2"),
        _question("q3", "Where?", "p1", "p3"),
        _question("t1", "Do you log access?", "t0r1c0", "t0r1c1", comment="t0r1c2", form=AnswerForm.YES_NO),
        _question("t2", "Do you review logs?", "t0r2c0", "t0r2c1", comment="t0r2c2", form=AnswerForm.YES_NO),
        _question("t3", "Describe retention.", "t0r3c0", "t0r3c2"),
        _question("q4", "Do you encrypt backups?", "p4", "p4", form=AnswerForm.YES_NO),
        _question("q5", "Do you?", "p5", "p5", comment="p5", form=AnswerForm.YES_NO, choices=boxes),
        _question("q6", "Anything else?", "p5", "p6"),
        _question("q7", "Last test", "p7", "p7", form=AnswerForm.DATE),
        _question("q8", "Old list", "p7", "p8", form=AnswerForm.YES_NO),
        _question("q9", "Signs", "p8", "p9", form=AnswerForm.YES_NO, choices=signs),
        _question("q10", "Do you host in the EU?", "p10", "p10", form=AnswerForm.YES_NO, choices=brackets),
    )
    return Questionnaire(
        title="Questionnaire", format=QuestionnaireFormat.DOCX, language=Language.EN, questions=questions
    )


def _question(
    identifier: str,
    text: str,
    place: str,
    answer: str,
    *,
    comment: str = "",
    form: AnswerForm = AnswerForm.TEXT,
    choices: tuple[Choice, ...] = (),
) -> Question:
    return Question(
        id=identifier,
        text=text,
        place=Place(address=place),
        answer_place=Place(address=answer),
        comment_place=Place(address=comment) if comment else None,
        form=form,
        choices=choices,
        language=Language.EN,
    )
