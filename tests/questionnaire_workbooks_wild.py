"""Workbooks for the tests of questionnaires, written without a look at how they are read.

Invariant: as in `questionnaire_workbooks`: what is not named in `expected` is no question.
"""

from openpyxl.styles import Font

from tests.questionnaire_workbooks import BOLD, BOX, GREY, YELLOW, Builder, allow, row, workbook


@workbook
def insurer_controls(make: Builder) -> None:
    """Bloques combinados a la izquierda y cuatro columnas para marcar."""
    sheet = make.sheet("Controles")
    row(sheet, 1, "Evaluación de ciberseguridad de terceros", font=BOLD)
    row(
        sheet,
        2,
        "Bloque",
        "ID",
        "Pregunta",
        "SI",
        "NO",
        "PARCIAL",
        "N/A",
        "Comentarios / Evidencias",
        font=BOLD,
        fill=GREY,
    )
    sheet["A3"], sheet["A6"] = "Identidades", "Continuidad"
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("A6:A7")
    for number, text in enumerate(
        [
            "¿Se exige autenticación multifactor en los accesos remotos?",
            "¿Se revisan los permisos al menos cada seis meses?",
            "Las cuentas genéricas están prohibidas",
            "¿Se realizan pruebas de restauración?",
            "¿Se dispone de un centro de respaldo?",
        ],
        start=3,
    ):
        sheet[f"B{number}"] = f"C{number - 2}"
        make.ask(sheet, f"C{number}", text, f"D{number}", f"H{number}")


@workbook
def processor_duties(make: Builder) -> None:
    """Duties by article, a status and how it is met."""
    sheet = make.sheet("Art. 28")
    row(sheet, 1, "Processor due diligence", font=Font(bold=True, size=16))
    row(sheet, 3, "Article", "Obligation", "Compliance status", "How do you comply?", font=BOLD, fill=GREY)
    for number, (article, text) in enumerate(
        [
            ("28(3)(a)", "Process personal data only on documented instructions from the controller"),
            ("28(3)(b)", "Persons authorised to process the data have committed themselves to confidentiality"),
            ("28(3)(c)", "Takes all measures required pursuant to Article 32"),
            ("28(2)", "Does not engage another processor without prior authorisation"),
        ],
        start=4,
    ):
        sheet[f"A{number}"] = article
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    allow(sheet, "C4:C7", '"Compliant,Partially compliant,Not compliant"')


@workbook
def offered_values(make: Builder) -> None:
    """Características con un valor mínimo exigido y el valor que se oferta, por lotes."""
    sheet = make.sheet("Lote 1")
    row(sheet, 1, "LOTE 1: EQUIPOS PORTÁTILES", font=BOLD)
    row(
        sheet,
        3,
        "Característica",
        "Valor mínimo exigido",
        "Valor ofertado",
        "Página de la memoria",
        font=BOLD,
        fill=GREY,
    )
    for number, (text, least) in enumerate(
        [("Memoria RAM", "16 GB"), ("Disco", "512 GB SSD"), ("Autonomía", "10 horas"), ("Garantía in situ", "3 años")],
        start=4,
    ):
        sheet[f"B{number}"] = least
        make.ask(sheet, f"A{number}", text, f"C{number}")


@workbook
def explained_requirements(make: Builder) -> None:
    """Other words in the headers; sections in the first column only; instructions in a merged block on top."""
    sheet = make.sheet("Requirements")
    sheet.merge_cells("A1:E3")
    sheet["A1"] = (
        "INSTRUCTIONS\nBidders are required to state for each requirement whether it is met. Blank answers score zero."
    )
    row(
        sheet,
        5,
        "Ref #",
        "Security Requirement",
        "Meets Requirement? (Full/Partial/None)",
        "Vendor Explanation",
        "Evaluation",
        font=BOLD,
    )
    row(sheet, 6, "Section 1 - Hosting", font=BOLD)
    row(sheet, 9, "Section 2 - People", font=BOLD)
    for number, ref, text in (
        (7, "1a", "Data is hosted in ISO 27001 certified facilities"),
        (8, "1b", "Hosting provider must not be changed without consent"),
        (10, "2a", "Vendor personnel are screened"),
        (11, "2b", "State the name of your security officer"),
    ):
        sheet[f"A{number}"] = ref
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")


@workbook
def tells_and_answers(make: Builder) -> None:
    """`Q` and `A` in the first column."""
    sheet = make.sheet("Clarifications")
    row(sheet, 1, "Clarification questions", font=BOLD)
    number = 3
    for text in ("Can the contract be extended?", "Who owns the data?", "Please confirm your insurance cover."):
        sheet[f"A{number}"], sheet[f"A{number + 1}"] = "Q:", "A:"
        make.ask(sheet, f"B{number}", text, f"B{number + 1}")
        number += 3


@workbook
def typed_answers(make: Builder) -> None:
    """Tipos de respuesta, obligatoriedad, adjuntos y extensión en columnas."""
    sheet = make.sheet("Preguntas")
    row(
        sheet,
        1,
        "Área",
        "ID",
        "Pregunta",
        "Tipo de respuesta",
        "Obligatoria",
        "Extensión máxima",
        "Respuesta",
        "Adjuntos",
        font=BOLD,
        fill=YELLOW,
    )
    data = [
        ("Empresa", "E1", "Número de empleados en España", "Numérico", "Sí", None),
        ("Empresa", "E2", "Describa brevemente su modelo de negocio.", "Texto", "Sí", "200 palabras"),
        ("Calidad", "C1", "¿Está certificado en ISO 9001?", "Sí/No", "Sí", None),
        ("Calidad", "C2", "Adjunte el certificado en vigor.", "Fichero", "No", None),
    ]
    for number, (area, identity, text, kind, needed, limit) in enumerate(data, start=2):
        row(sheet, number, area, identity, None, kind, needed, limit)
        make.ask(sheet, f"C{number}", text, f"G{number}", f"H{number}")


@workbook
def lines_inside_cells(make: Builder) -> None:
    """Long questions with lists inside, section titles with the same style as the header, blank rows between."""
    sheet = make.sheet("Part B")
    row(sheet, 1, "Part B - Technical questionnaire", font=BOLD)
    row(sheet, 3, "Question", "Points", "Bidder's answer", font=BOLD, fill=GREY)
    row(sheet, 4, "B1 Delivery", font=BOLD, fill=GREY)
    make.ask(sheet, "A5", "B1.1 Set out your approach to delivery, covering:\n- planning\n- staffing\n- risks", "C5")
    make.ask(sheet, "A7", "B1.2 How will you work with our existing supplier during transition?", "C7")
    row(sheet, 9, "B2 Security", font=BOLD, fill=GREY)
    make.ask(sheet, "A10", "B2.1 Outline the controls that protect our data:\na) at rest\nb) in transit", "C10")
    for number in (5, 7, 10):
        sheet[f"B{number}"] = 20
    row(sheet, 12, "Total points", 60)


@workbook
def boxed_form(make: Builder) -> None:
    """An onboarding form without any header: labels in B, boxes in D, sections in grey bars."""
    sheet = make.sheet("Onboarding")
    sheet["B2"] = "New supplier onboarding"
    sheet["B2"].font = Font(bold=True, size=18)
    number = 4
    for section, labels in (
        ("Company", ["Legal name", "VAT number", "Registered address", "Website"]),
        ("Banking", ["Bank name", "IBAN", "Currency of invoices"]),
        ("Compliance", ["Is your company subject to sanctions?", "Do you have an anti-bribery policy?"]),
    ):
        sheet.merge_cells(f"B{number}:D{number}")
        sheet[f"B{number}"] = section
        sheet[f"B{number}"].fill = GREY
        sheet[f"B{number}"].font = BOLD
        number += 1
        for label in labels:
            make.ask(sheet, f"B{number}", label, f"D{number}")
            sheet[f"D{number}"].border = BOX
            number += 1
        number += 1


@workbook
def plain_controls(make: Builder) -> None:
    """Controles sin numerar ni formato; secciones en mayúsculas; respuesta y responsable."""
    sheet = make.sheet("Hoja1")
    row(sheet, 1, "Control", "Respuesta", "Responsable")
    row(sheet, 2, "SEGURIDAD FÍSICA")
    make.ask(sheet, "A3", "Las visitas se registran y van acompañadas", "B3")
    make.ask(sheet, "A4", "Hay videovigilancia en los accesos", "B4")
    row(sheet, 5, "SEGURIDAD LÓGICA")
    make.ask(sheet, "A6", "Los equipos tienen antivirus actualizado", "B6")
    make.ask(sheet, "A7", "Contraseñas de doce caracteres como mínimo", "B7")


@workbook
def asked_and_answered(make: Builder) -> None:
    """Informal headers; the second sheet repeats the layout for another service and is partly filled."""
    for name, texts in (
        ("Hosting", ["Where are your servers?", "Who can enter the data centre?"]),
        ("Support", ["When can we call you?", "In which languages do you answer?"]),
    ):
        sheet = make.sheet(name)
        row(sheet, 1, f"{name} questions", font=BOLD)
        row(sheet, 3, "What we would like to know", "Your answer", font=BOLD)
        for number, text in enumerate(texts, start=4):
            make.ask(sheet, f"A{number}", text, f"B{number}")
    make.book["Support"]["B4"] = "Monday to Friday"
