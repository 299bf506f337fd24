"""Layouts that buyers use and that were once misread: every question is found, with all that is said of it."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook

from copilot.domain.questionnaires import AnswerForm, SkipReason
from knowledge.questionnaires import read_pasted, read_questionnaire

TODAY = date(2026, 11, 22)


def test_values_in_a_second_row_of_headers_are_ticked() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    heads = ["Control ID", "Question ID", "Control Specification", "Questions", "Answers", None, None, "Notes"]
    sheet.append(heads)
    sheet.append([None, None, None, None, "Yes", "No", "Not Applicable"])
    sheet.merge_cells("E1:G1")
    sheet.append(["AIS-01", "AIS-01.1", "Applications shall be designed well.", "Do you use industry standards?"])
    sheet.append([None, "AIS-01.2", None, "Do you use a source code analysis tool?"])
    stream = BytesIO()
    book.save(stream)
    found = read_questionnaire("caiq.xlsx", stream.getvalue(), today=TODAY)
    ticks = [[choice.place.address for choice in each.choices if choice.place] for each in found.questions]
    assert ticks == [["E3", "F3", "G3"], ["E4", "F4", "G4"]]
    assert [each.number for each in found.questions] == ["AIS-01.1", "AIS-01.2"]


def test_a_card_of_rows_is_one_question() -> None:
    document = Document()
    document.add_paragraph("Se enviarán las respuestas antes del 10 de enero de 2027.")
    cards = [
        ("P1", "¿A quién se avisa y en qué plazo?", "Respuesta abierta. Máx. 300 palabras", "Obligatoria"),
        ("P2", "¿Disponen de seguro?", "☐ Sí   ☐ No   ☐ N/A", "Opcional"),
        ("P3", "¿Con qué periodicidad se prueba?", "Anual / Semestral / Nunca / N/A", "Obligatoria"),
    ]
    for number, asked, allowed, mandatory in cards:
        table = document.add_table(rows=4, cols=2)
        rows = [("Pregunta " + number, asked), ("Tipo", mandatory), ("Opciones de respuesta", allowed)]
        for index, texts in enumerate([*rows, ("Respuesta", "")]):
            for cell, text in zip(table.rows[index].cells, texts, strict=True):
                cell.text = text
        document.add_paragraph("")
    stream = BytesIO()
    document.save(stream)
    first, second, third = read_questionnaire("cards.docx", stream.getvalue(), today=TODAY).questions
    assert [each.number for each in (first, second, third)] == ["P1", "P2", "P3"]
    assert [each.mandatory for each in (first, second, third)] == [True, False, True]
    assert (first.form, first.limit.words) == (AnswerForm.TEXT, 300)
    assert [choice.text for choice in second.choices] == ["Sí", "No", "N/A"]
    assert [choice.text for choice in third.choices] == ["Anual", "Semestral", "Nunca", "N/A"]
    places = [each.answer_place.address for each in (first, second, third) if each.answer_place]
    assert places == ["t0r3c1", "t1r2c1", "t2r3c1"]


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        (("Question 1", "Answer", "Comments"), ["1", "2"]),
        (("Pregunta nº 1", "Respuesta", "Comentarios"), ["1", "2"]),
        (("Requirement R-1.1", "Response", "Remarks"), ["R-1.1", "R-1.2"]),
    ],
)
def test_the_label_of_a_card_holds_a_plain_number(labels: tuple[str, str, str], numbers: list[str]) -> None:
    document = Document()
    for number, asked in zip(numbers, ("Do you log access?", "Who is your data protection officer?"), strict=True):
        table = document.add_table(rows=3, cols=2)
        heads = (labels[0].replace(numbers[0], number), *labels[1:])
        for row, head, text in zip(table.rows, heads, (asked, "", ""), strict=True):
            row.cells[0].text, row.cells[1].text = head, text
        document.add_paragraph("")
    stream = BytesIO()
    document.save(stream)
    found = read_questionnaire("cards.docx", stream.getvalue(), today=TODAY).questions
    assert [(each.number, each.text) for each in found] == [
        (numbers[0], "Do you log access?"),
        (numbers[1], "Who is your data protection officer?"),
    ]
    places = [(each.answer_place.address, each.comment_place.address) for each in found
              if each.answer_place and each.comment_place]  # fmt: skip
    assert places == [("t0r1c1", "t0r2c1"), ("t1r1c1", "t1r2c1")]


def test_values_with_a_number_of_their_own_are_asked_and_belong_to_no_other_question() -> None:
    text = """1. Describe your backup process.
2. Select one of: EU / US / APAC
3. Elija una: nube / local
4. Choose one: ☐ Cloud ☐ On-premises
"""
    found = read_questionnaire("odd.md", text.encode(), today=TODAY).questions
    assert [each.number for each in found] == ["1", "2", "3", "4"]
    assert [len(each.choices) for each in found] == [0, 0, 0, 2]


@pytest.mark.timeout(20)
def test_a_label_with_a_long_row_of_dots_is_read_at_once() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=2)
    rows = [(f"Referencia {'.' * 4_000} x", "A1"), ("Pregunta P1 ......", "¿Disponen de seguro?"), ("Respuesta", "")]
    for index, texts in enumerate(rows):
        for cell, text in zip(table.rows[index].cells, texts, strict=True):
            cell.text = text
    stream = BytesIO()
    document.save(stream)
    [question] = read_questionnaire("card.docx", stream.getvalue(), today=TODAY).questions
    assert question.number == "P1"


def test_what_stands_over_a_table_instructs_and_a_numbered_remark_is_asked() -> None:
    found = read_questionnaire(
        "sheet.csv",
        b"Supplier Security Questionnaire,,,,\n"
        b"Please complete columns D and E only. Return by 12/01/2027.,,,,\n"
        b"Section,Control,Question,Response (max. 100 words),Comments\n"
        b"1 Access,1.1,How quickly are accounts disabled?,,\n"
        b",1.2,Describe the review of access (max. 50 words),,\n"
        b",1.3,Other remarks,,\n",
        today=TODAY,
    )
    assert [each.number for each in found.questions] == ["1.1", "1.2", "1.3"]
    assert [each.limit.words for each in found.questions] == [100, 50, 100]
    assert {each.section for each in found.questions} == {("1 Access",)}
    assert found.deadline == date(2027, 1, 12)
    assert [left.reason for left in found.skipped if left.text.startswith("Please")] == [SkipReason.INSTRUCTION]


def test_type_may_say_what_is_mandatory() -> None:
    found = read_questionnaire(
        "pliego.csv",
        "Nº;Requisito;Tipo;Cumple (Sí/No/Parcial)\n"
        "1;El sistema deberá estar en castellano;Obligatorio;\n"
        "2;La solución deberá prestarse en la nube;Valorable;\n".encode(),
        today=TODAY,
    )
    assert [each.mandatory for each in found.questions] == [True, False]
    assert [choice.text for choice in found.questions[0].choices] == ["Sí", "No", "Parcial"]


def test_a_first_question_with_its_values_is_no_row_of_headers() -> None:
    found = read_questionnaire(
        "short.csv",
        b"Question,Answer options,Your response\nDo you use sub-processors?,Yes/No/n/a,\nIs it logged?,No / Yes,\n",
        today=TODAY,
    )
    assert [each.text for each in found.questions] == ["Do you use sub-processors?", "Is it logged?"]


def test_a_mail_in_familiar_spanish() -> None:
    found = read_pasted(
        "Hola, Maite:\n\n"
        "Nuestro equipo necesita que nos contestéis a lo siguiente antes del viernes 27 de noviembre:\n\n"
        "1.- ¿Cifráis las copias? Sí / No / N/A\n"
        "Q2 - ¿Hasta cuándo dura vuestro certificado?\n"
        "c) Indicad los subencargados.\n\n"
        "Un saludo,\nNuria Peralta\n",
        today=TODAY,
    )
    assert [each.number for each in found.questions] == ["1", "Q2", "c"]
    assert [choice.text for choice in found.questions[0].choices] == ["Sí", "No", "N/A"]
    assert not any(each.doubt for each in found.questions)
    assert found.deadline == date(2026, 11, 27)


def test_a_letter_before_a_question_marks_it_as_mandatory() -> None:
    text = b"# Review\n\n**A.1 (M)** Who is accountable?\n\n**A.2 (O)** For how long are policies kept?\n"
    found = read_questionnaire("review.md", text, today=TODAY)
    assert [each.mandatory for each in found.questions] == [True, None]


def test_a_demand_beside_the_form_of_its_answer_is_no_row_of_headers() -> None:
    found = read_questionnaire(
        "control.csv",
        "Control,Respuestas admitidas,Respuesta,Evidencia\n"
        "C.1 - ¿Se revisan los accesos?,Sí | No | N/A,,\n"
        "C.2 - Describa el proceso (máx. 500 caracteres),Texto,,\n"
        "C.3 - ¿Hay segregación de redes?,Sí | No | N/A,,\n".encode(),
        today=TODAY,
    )
    assert [each.number for each in found.questions] == ["C.1", "C.2", "C.3"]
    assert [each.limit.characters for each in found.questions] == [None, 500, None]
    assert not any(each.section for each in found.questions)


def test_values_in_a_header_need_not_say_yes_and_no() -> None:
    found = read_questionnaire(
        "compliance.csv",
        b"Ref,Control statement,Compliance (Fully/Partially/Not/N/A),Justification\n"
        b"1,Access rights are reviewed every six months.,,\n2,Leavers lose access within 24 hours.,,\n",
        today=TODAY,
    )
    assert [choice.text for choice in found.questions[0].choices] == ["Fully", "Partially", "Not", "N/A"]


def test_a_second_question_of_a_mail_follows_from_the_first() -> None:
    found = read_pasted(
        "Hi team,\n\nWe expect your answers no later than Tuesday 8 December 2026.\n\n"
        "Q1. Is customer data used to train models? Y / N / N/A\n    If yes, which models?\n"
        "Q2. Mandatory: provide your latest report.\n"
        "Q3. Response options: Gold / Silver / Bronze. Which tier do you propose?\n",
        today=TODAY,
    )
    first, second, third, fourth = found.questions
    assert [choice.text for choice in first.choices] == ["Y", "N", "N/A"]
    assert second.condition == first.choices[0].key
    assert (third.number, third.mandatory) == ("Q2", True)
    assert fourth.number == "Q3"
    assert found.deadline == date(2026, 12, 8)


def test_gaps_and_lists_in_markdown() -> None:
    found = read_questionnaire(
        "review.md",
        "# Evaluación\n\n2.1 Seleccione todas las que apliquen: ISO 9001 / ENS / Ninguna\n"
        "2.2 Tiempo de conservación: ______\n".encode(),
        today=TODAY,
    )
    several, gap = found.questions
    assert (several.form, len(several.choices)) == (AnswerForm.CHOICES, 3)
    assert (gap.text, gap.answer_place and gap.answer_place.address) == ("Tiempo de conservación:", "4")
