"""Workbooks for the tests of questionnaires: the awkward ones.

Invariant: as in `questionnaire_workbooks`: what is not named in `expected` is no question.
"""

from openpyxl.styles import Font, PatternFill

from tests.questionnaire_workbooks import BOLD, BOX, GREY, YELLOW, Builder, allow, row, workbook

_DARK = PatternFill("solid", fgColor="FF1F3864")


@workbook
def offset_table(make: Builder) -> None:
    """The table starts in column C and row 12; everything before it is text and one label."""
    sheet = make.sheet("Security Review")
    sheet["C2"] = "ACME Holdings - Vendor Security Review"
    sheet["C2"].font = Font(bold=True, size=18)
    sheet["C4"] = "Purpose: this review helps our security team to understand how you protect our data."
    sheet["C5"] = "How to complete:"
    sheet["C6"] = "1. Choose a value in the Response column for every control."
    sheet["C7"] = "2. Provide details in the Explanation column."
    sheet["C8"] = "3. Attach evidence where requested."
    sheet["C9"] = "Vendor name"
    make.expected["Security Review!C9"] = ("D9", "")
    sheet["D9"].fill = YELLOW
    for column, text in zip("CDEFG", ("Control ID", "Control", "Response", "Explanation", "Evidence"), strict=True):
        sheet[f"{column}12"] = text
        sheet[f"{column}12"].font = BOLD
    sheet["C13"] = "Governance"
    sheet["C13"].font = BOLD
    sheet["C16"] = "Human resources"
    sheet["C16"].font = BOLD
    for number, identity, text in (
        (14, "GOV-1", "The information security policy is reviewed at least every year by top management."),
        (15, "GOV-2", "Roles and responsibilities for security are defined."),
        (17, "HR-1", "Background verification checks are carried out before employment."),
        (18, "HR-2", "All staff sign a confidentiality agreement."),
    ):
        sheet[f"C{number}"] = identity
        make.ask(sheet, f"D{number}", text, f"E{number}", f"F{number}")
    allow(sheet, "E13:E18", '"Yes,No,Partially,N/A"')


@workbook
def numbered_in_text(make: Builder) -> None:
    """Numbers stand in the question's own text; sections are numbered too; an answer column without drop-downs."""
    sheet = make.sheet("Cuestionario")
    row(sheet, 1, "CUESTIONARIO DE SEGURIDAD Y PRIVACIDAD", font=BOLD)
    row(sheet, 2, "Le rogamos que responda a todas las preguntas antes del 31 de enero de 2027.")
    row(sheet, 4, "PREGUNTA", "RESPUESTA DEL PROVEEDOR", "DOCUMENTACIÓN DE SOPORTE", font=BOLD)
    row(sheet, 5, "1. GOBERNANZA")
    row(sheet, 8, "2. PROTECCIÓN DE DATOS")
    for number, text in (
        (6, "1.1 ¿Existe una política de seguridad aprobada por la dirección?"),
        (7, "1.2 Indique el responsable de seguridad."),
        (9, "2.1 ¿Realiza transferencias internacionales de datos?"),
        (10, "2.2 En caso afirmativo, indique los países y las garantías aplicadas."),
        (11, "2.3 Plazo de conservación de los datos una vez finalizado el contrato"),
    ):
        make.ask(sheet, f"A{number}", text, f"B{number}", f"C{number}")


@workbook
def wide_vendor_comparison(make: Builder) -> None:
    """Score columns left of the answer; sections in dark rows with white text; totals below each section."""
    sheet = make.sheet("Technical")
    row(sheet, 1, "Technical evaluation", font=BOLD)
    row(
        sheet,
        2,
        "Ref",
        "Requirement",
        "Weight",
        "Mandatory?",
        "Supplier's answer",
        "Supplier's supporting comments",
        "Score (buyer use only)",
        font=BOLD,
        fill=GREY,
    )
    number = 3
    for section, texts in (
        ("Integration", ["REST API with OAuth 2.0", "Webhooks for all events", "What rate limits apply?"]),
        ("Usability", ["Interface available in Spanish and English", "WCAG 2.1 AA conformance"]),
    ):
        sheet.merge_cells(f"A{number}:G{number}")
        row(sheet, number, section, font=Font(bold=True, color="FFFFFFFF"), fill=_DARK)
        for index, text in enumerate(texts, start=1):
            number += 1
            row(sheet, number, f"{section[:3]}{index}", None, 10, "Yes" if index == 1 else "No")
            make.ask(sheet, f"B{number}", text, f"E{number}", f"F{number}")
        number += 1
        row(sheet, number, None, "Subtotal")
        sheet[f"G{number}"] = f"=SUM(G3:G{number - 1})"
        number += 1


@workbook
def two_blocks_side_by_side(make: Builder) -> None:
    """Two tables of questions beside each other."""
    sheet = make.sheet("Quick check")
    row(sheet, 1, "Quick check", font=BOLD)
    row(sheet, 3, "Question", "Answer", None, "Question", "Answer", font=BOLD, fill=GREY)
    left = ["Do you have a DPO?", "Do you train staff?", "Do you test restores?"]
    right = ["Do you use MFA?", "Do you log access?", "Do you patch monthly?"]
    for number, (first, second) in enumerate(zip(left, right, strict=True), start=4):
        make.ask(sheet, f"A{number}", first, f"B{number}")
        make.ask(sheet, f"D{number}", second, f"E{number}")


@workbook
def example_block(make: Builder) -> None:
    """A worked example before the table's own rows, and an instructions block after it."""
    sheet = make.sheet("Assessment")
    row(sheet, 1, "Assessment of processors", font=BOLD)
    row(sheet, 3, "No", "Question", "Answer (Yes/No)", "Explanation", font=BOLD, fill=GREY)
    row(sheet, 4, "Example", "Do you have a policy?", "Yes", "See section 4 of the policy.", font=Font(italic=True))
    for number, text in enumerate(
        [
            "Do you act only on documented instructions?",
            "Do you notify personal data breaches without undue delay?",
            "Describe how you delete data at the end of the contract.",
        ],
        start=5,
    ):
        sheet[f"A{number}"] = number - 4
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    row(sheet, 10, "Instructions", font=BOLD)
    row(sheet, 11, "Please return the completed questionnaire to privacy@example.com.")


@workbook
def short_labels_in_a_table(make: Builder) -> None:
    """Datos y medios: una tabla de conceptos cortos, sin preguntas, con columna de datos."""
    sheet = make.sheet("Solvencia")
    row(sheet, 1, "Solvencia económica y técnica", font=BOLD)
    row(sheet, 3, "Concepto", "Dato", "Observaciones", font=BOLD, fill=GREY)
    for number, text in enumerate(
        [
            "Volumen anual de negocios",
            "Patrimonio neto",
            "Número de técnicos adscritos",
            "Seguro de responsabilidad civil",
        ],
        start=4,
    ):
        make.ask(sheet, f"A{number}", text, f"B{number}", f"C{number}")
    row(sheet, 10, "Nº", "Pregunta", "Respuesta", font=BOLD, fill=GREY)
    for number, text in enumerate(
        ["¿Ha sido objeto de sanciones?", "¿Está al corriente de sus obligaciones?"], start=11
    ):
        sheet[f"A{number}"] = number - 10
        make.ask(sheet, f"B{number}", text, f"C{number}")


@workbook
def answers_in_boxes_below(make: Builder) -> None:
    """Method statements: a question with its word limit, a large merged box below each, page headings between."""
    sheet = make.sheet("Method statements")
    row(sheet, 1, "Method statements", font=BOLD)
    row(sheet, 2, "Bidders must answer each question in the box provided. Answers over the limit will not be read.")
    number = 4
    for heading, texts in (
        ("Quality", ["1.1 Explain how you will assure the quality of the service. (max 500 words)"]),
        (
            "Social value",
            ["2.1 Describe the apprenticeships you will offer. (max 250 words)", "2.2 How will you reduce waste?"],
        ),
    ):
        row(sheet, number, heading, font=BOLD)
        number += 1
        for text in texts:
            sheet.merge_cells(f"A{number}:F{number}")
            make.ask(sheet, f"A{number}", text, f"A{number + 1}")
            sheet.merge_cells(f"A{number + 1}:F{number + 6}")
            sheet[f"A{number + 1}"].border = BOX
            number += 8


@workbook
def many_languages_of_yes(make: Builder) -> None:
    """Drop-downs from a named range; the section stands in its own column once per group; English and Spanish rows."""
    sheet = make.sheet("Questions")
    row(
        sheet,
        1,
        "Section",
        "#",
        "Question / Pregunta",
        "Answer / Respuesta",
        "Comment / Comentario",
        font=BOLD,
        fill=GREY,
    )
    data = [
        ("Network", "N1", "Are firewalls in place at all network boundaries?"),
        (None, "N2", "¿Se segmentan las redes de producción y desarrollo?"),
        ("People", "P1", "Is security training mandatory for all employees?"),
        (None, "P2", "¿Se revisan los antecedentes de los candidatos?"),
    ]
    for number, (section, identity, text) in enumerate(data, start=2):
        row(sheet, number, section, identity)
        make.ask(sheet, f"C{number}", text, f"D{number}", f"E{number}")
    lists = make.sheet("Aux")
    for number, value in enumerate(("Sí / Yes", "No", "No aplica / N.A."), start=1):
        lists[f"A{number}"] = value
    lists.sheet_state = "hidden"
    allow(sheet, "D2:D5", "Aux!$A$1:$A$3")


@workbook
def prose_before_questions(make: Builder) -> None:
    """A letter in column A, then questions without any header, numbered in column A with the text in B."""
    sheet = make.sheet("RFI")
    row(sheet, 1, "Request for Information: document management", font=BOLD)
    row(sheet, 2, "We are a logistics company with 400 employees and offices in Bilbao and Porto.")
    row(sheet, 3, "We would like to know more about your product before we invite suppliers to tender.")
    row(sheet, 5, "A. Product", font=BOLD)
    for number, text in ((6, "Which file formats does the product support?"), (7, "Is there a mobile application?")):
        sheet[f"A{number}"] = number - 5
        make.ask(sheet, f"B{number}", text, f"C{number}")
    row(sheet, 9, "B. Commercial", font=BOLD)
    for number, text in (
        (10, "Provide indicative prices for 400 users."),
        (11, "What is the minimum contract length?"),
    ):
        sheet[f"A{number}"] = number - 7
        make.ask(sheet, f"B{number}", text, f"C{number}")
    row(sheet, 13, "Thank you for your time.")


@workbook
def statements_with_ticks(make: Builder) -> None:
    """Declaración de cumplimiento: SÍ/NO para marcar bajo una cabecera combinada, sin numerar."""
    sheet = make.sheet("Declaración")
    row(sheet, 1, "DECLARACIÓN DE CUMPLIMIENTO", font=BOLD)
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("D3:D4")
    row(sheet, 3, "Medida", "Cumplimiento", None, "Justificación", font=BOLD, fill=GREY)
    row(sheet, 4, None, "SÍ", "NO", font=BOLD, fill=GREY)
    for number, text in enumerate(
        ["Control de acceso físico a las instalaciones", "Destrucción segura de soportes", "Registro de incidencias"],
        start=5,
    ):
        make.ask(sheet, f"A{number}", text, f"B{number}", f"D{number}")
