"""What a questionnaire allows as an answer is read as its writer meant it, and the form that a question asks for."""

from datetime import date

import pytest

from copilot.domain.questionnaires import AnswerForm, Question
from knowledge.questionnaires import read_questionnaire
from knowledge.questionnaires.allowed import listed_values, named_form, offered_in
from knowledge.questionnaires.asking import form_of, is_mandatory

TODAY = date(2026, 11, 22)


def read(text: str, name: str = "asked.csv") -> tuple[Question, ...]:
    return read_questionnaire(name, text.encode(), today=TODAY).questions


def choices(question: Question) -> list[str]:
    return [choice.text for choice in question.choices]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes / No / N/A", ("Yes", "No", "N/A")),
        ("Sí/No/N/A", ("Sí", "No", "N/A")),
        ("N/A / No / Yes", ("N/A", "No", "Yes")),
        ("Yes/No/n/a", ("Yes", "No", "n/a")),
        ("Sí / No / N/P", ("Sí", "No", "N/P")),
        ("Y/N/P", ("Y", "N", "P")),
        ("Yes/No/Partial/N.A.", ("Yes", "No", "Partial", "N.A.")),
        ("Yes, No or N/A", ("Yes", "No", "N/A")),
        ("Sí, No o En curso", ("Sí", "No", "En curso")),
        ("Sí – No – N/A", ("Sí", "No", "N/A")),
        ("ISO 27001; SOC 2; N/A", ("ISO 27001", "SOC 2", "N/A")),
        ("Yes (describe) / No (say why) / N/A", ("Yes", "No", "N/A")),
        ("1 (low) / 2 / 3 (high)", ("1 (low)", "2", "3 (high)")),
        ("<24h / 1-3 days / N/A", ("<24h", "1-3 days", "N/A")),
        ("Elija una: Alta / Media / Baja", ("Alta", "Media", "Baja")),
        ("Escala 0-3", ("0", "1", "2", "3")),
        ("1/2/3", ("1", "2", "3")),
        ("• Sí\n• No\n• N/A", ("Sí", "No", "N/A")),
        ("N/A", ()),
        ("24/7", ()),
        ("ISO/IEC 27001", ()),
        ("dd/mm/aaaa", ()),
        ("Texto (máx. 50 palabras)", ()),
        ("Free text, max. 200 words", ()),
        ("State the country, the city and the name of the company that runs it", ()),
    ],
)
def test_listed_values_are_told_apart(text: str, expected: tuple[str, ...]) -> None:
    assert listed_values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Free text - 100 words max", AnswerForm.TEXT),
        ("Texto libre", AnswerForm.TEXT),
        ("Numérico", AnswerForm.NUMBER),
        ("Date (DD/MM/YYYY)", AnswerForm.DATE),
        ("Adjunto", AnswerForm.FILE),
        ("Boolean", AnswerForm.YES_NO),
        ("Open, Closed", None),
        ("Documented process", None),
    ],
)
def test_a_form_is_named_instead_of_values(text: str, expected: AnswerForm | None) -> None:
    assert named_form(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you offer discounts? (Yes / No / N/A) (Mandatory)", ("Yes", "No", "N/A")),
        ("¿Se cifran las copias? Sí / No / N/A", ("Sí", "No", "N/A")),
        ("Contrato firmado: sí / no", ("sí", "no")),
        ("Is data kept in the EU (and/or the UK)?", ()),
        ("Who is told, and when (24/7)?", ()),
    ],
)
def test_a_question_offers_values_itself(text: str, expected: tuple[str, ...]) -> None:
    assert offered_in(text) == expected


@pytest.mark.parametrize(
    "header",
    [
        "Respuesta admitida", "Respuestas admitidas", "Valores admitidos", "Opciones", "Tipo de respuesta",
        "Answer values", "Possible answers", "Permitted responses", "Response type", "Accepted answers",
    ],
)  # fmt: skip
def test_a_column_of_allowed_values_is_no_place_for_answers(header: str) -> None:
    first, second = read(
        f"Ref,Control,{header},Respuesta,Notas\n"
        "1,¿Se cifran los datos?,Sí / No / N/A,,\n"
        "2,¿Durante cuánto tiempo se guardan?,Texto (máx. 40 palabras),,\n"
    )
    assert (choices(first), first.form, first.given) == (["Sí", "No", "N/A"], AnswerForm.YES_NO, "")
    assert (choices(second), second.form, second.limit.words) == ([], AnswerForm.TEXT, 40)
    assert [each.answer_place.address for each in (first, second) if each.answer_place] == ["D2", "D3"]


def test_a_column_that_lists_values_in_every_row_needs_no_telling_header() -> None:
    first, second = read(
        "Question,Notes on the reply,Reply\nIs it encrypted?,Yes/No,\nHow is it staffed?,In-house / Outsourced,\n"
    )
    assert [choices(first), choices(second)] == [["Yes", "No"], ["In-house", "Outsourced"]]


def test_values_in_the_place_of_the_answer_are_offered_and_not_given() -> None:
    first, _ = read("No.,Question,Response\n1,Is it encrypted?,Yes / No / N/A\n2,Is it logged?,Yes / No / N/A\n")
    assert (choices(first), first.given, first.doubt) == (["Yes", "No", "N/A"], "", "")


def test_a_table_of_a_text_lists_values_too() -> None:
    (asked,) = read(
        "# Review\n\n| # | Control | Answer values | Your answer |\n|---|---|---|---|\n"
        "| B1 | Changes are approved | Yes / No / N/A | |\n",
        "review.md",
    )
    assert (asked.number, choices(asked)) == ("B1", ["Yes", "No", "N/A"])


def test_a_line_of_allowed_values_is_no_place_for_the_answer() -> None:
    (asked,) = read("# Datos\n\n3.2 ¿Se cifran?\n   Respuesta admitida: Sí / No / N/A\n   Respuesta: ____\n", "a.md")
    assert (choices(asked), asked.answer_place and asked.answer_place.address) == (["Sí", "No", "N/A"], "5")


@pytest.mark.parametrize(
    ("header", "numbers"),
    [("Control", ["A.5.1", "A.5.2"]), ("Control", ["org", "op.acc.1", "mp.2"]), ("Requisito", ["R-1", "R-2"])],
)
def test_control_may_name_the_number(header: str, numbers: list[str]) -> None:
    rows = "".join(f"{number},Seguridad,¿Se cifran los datos de la copia {number}?,\n" for number in numbers)
    found = read(f"{header},Ámbito,Descripción del control,Respuesta\n{rows}")
    assert [question.number for question in found] == numbers
    assert not any(question.guidance for question in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿Durante cuánto tiempo se conservan los registros?", AnswerForm.TEXT),
        ("¿Durante cuanto tiempo se conservan?", AnswerForm.TEXT),
        ("¿Con qué frecuencia se revisan los accesos?", AnswerForm.TEXT),
        ("¿Desde cuándo opera el servicio?", AnswerForm.TEXT),
        ("¿Por cuánto tiempo guardan las copias?", AnswerForm.TEXT),
        ("¿A quién se notifican los incidentes?", AnswerForm.TEXT),
        ("Si es así, ¿hasta cuándo?", AnswerForm.TEXT),
        ("¿Y cada cuánto se prueban?", AnswerForm.TEXT),
        ("¿Plazo de notificación de brechas?", AnswerForm.TEXT),
        ("¿Pueden indicar con qué frecuencia se revisan?", AnswerForm.TEXT),
        ("¿Cuál es el horario? ¿Hay guardia?", AnswerForm.TEXT),
        ("¿A quién se avisa y en cuántas horas?", AnswerForm.TEXT),
        ("¿Cuántos turnos hay y quién los dirige?", AnswerForm.TEXT),
        ("¿Cuándo se notifica una brecha?", AnswerForm.TEXT),
        ("How long are logs kept, and are they encrypted?", AnswerForm.TEXT),
        ("In which countries is data stored?", AnswerForm.TEXT),
        ("To whom are incidents reported?", AnswerForm.TEXT),
        ("What are your support hours? Is there cover at weekends?", AnswerForm.TEXT),
        ("Could you describe your backup process?", AnswerForm.TEXT),
        ("¿Tras cuántos intentos se bloquea la cuenta?", AnswerForm.NUMBER),
        ("Within how many hours do you tell us?", AnswerForm.NUMBER),
        ("¿Cuándo se realizó la última prueba?", AnswerForm.DATE),
        ("When was the last test?", AnswerForm.DATE),
        ("¿Se guardan los registros? ¿Durante cuánto tiempo?", AnswerForm.YES_NO),
        ("¿Cuando termina el contrato, se borran los datos?", AnswerForm.YES_NO),
        ("¿Me pueden decir si cifran los datos?", AnswerForm.YES_NO),
        ("When a contract ends, do you delete data?", AnswerForm.YES_NO),
        ("Must staff connect through a VPN?", AnswerForm.YES_NO),
        ("Can you tell us whether data is encrypted?", AnswerForm.YES_NO),
    ],
)
def test_the_first_words_that_ask_decide_the_form(text: str, expected: AnswerForm) -> None:
    assert form_of(text, choices=()) is expected


@pytest.mark.parametrize(
    ("column", "expected"), [(["O", "D"], [True, False]), (["M", "O"], [True, False]), (["O", "O"], [False, False])]
)
def test_o_is_obligatory_beside_d_and_optional_beside_m(column: list[str], expected: list[bool]) -> None:
    assert [is_mandatory(text, among=column) for text in column] == expected
    rows = "".join(f"{place},¿Se cifra?,{text},\n" for place, text in enumerate(column, start=1))
    assert [question.mandatory for question in read(f"Nº,Pregunta,O/D,Respuesta\n{rows}")] == expected


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("7. Is it tested?", "7"), ("3.2 Is it tested?", "3.2"), ("Q14 - Is it tested?", "Q14"),
        ("**Q16.** Is it tested?", "Q16"), ("[8] Is it tested?", "8"), ("9/ Is it tested?", "9"),
        ("Nº 11: ¿Se prueba?", "11"), ("No. 12: Is it tested?", "12"), ("\\#13 Is it tested?", "13"),
        ("R-12 | Is it tested?", "R-12"), ("- **P5** ¿Se prueba?", "P5"),
    ],
)  # fmt: skip
def test_the_number_of_a_question_is_the_one_written(line: str, number: str) -> None:
    (asked,) = read(f"# Review\n\nSome words.\n\n{line}\n", "review.md")
    assert (asked.number, asked.id) == (number, "5")
    assert asked.text in ("Is it tested?", "¿Se prueba?")
