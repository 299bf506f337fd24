"""Workbooks for the tests of questionnaires: a last set, with whole tenders and assessments on many sheets.

Invariant: as in `questionnaire_workbooks`: what is not named in `expected` is no question.
"""

from openpyxl.styles import Font

from tests.questionnaire_workbooks import BOLD, BOX, GREY, YELLOW, Builder, allow, row, workbook


def _appendices(make: Builder) -> None:
    """Sheets that ask nothing."""
    glossary = make.sheet("Glossary")
    row(glossary, 1, "Term", "Description", font=BOLD)
    row(glossary, 2, "Asset", "Anything that has value.")
    log = make.sheet("Change log")
    row(log, 1, "No.", "Description", "Date", font=BOLD)
    row(log, 2, 1, "First issue", "2026-01-10")
    lists = make.sheet("Lists")
    for number, text in enumerate(("0 - None", "1 - Partial", "2 - Full"), start=1):
        lists[f"A{number}"] = text


@workbook
def full_assessment(make: Builder) -> None:
    """Cover, instructions, scoping, three domains, glossary, change log and lists."""
    cover = make.sheet("Cover")
    row(cover, 2, "Third-Party Security Assessment 2027", font=Font(bold=True, size=22))
    row(cover, 4, "Issued by", "Northwind Insurance")
    row(cover, 5, "Version", "3.1")
    row(cover, 6, "Response deadline", "12 March 2027")
    how = make.sheet("How to")
    row(how, 1, "How to complete this assessment", font=BOLD)
    for number, text in enumerate(
        [
            "Fill in the scoping tab first.",
            "For each control, select a maturity level from the drop-down list.",
            "What if a control does not apply? Select Not applicable and explain why.",
            "Provide evidence for every level above 2.",
        ],
        start=2,
    ):
        row(how, number, number - 1, text)
    scoping = make.sheet("Scoping")
    row(scoping, 1, "Scoping questions", font=BOLD)
    row(scoping, 3, "Question", "Response", font=BOLD, fill=GREY)
    make.ask(scoping, "A4", "Will you store our data?", "B4")
    make.ask(scoping, "A5", "Will you connect to our network?", "B5")
    for name, prefix, texts in (
        ("Govern", "GV", ["Security strategy is aligned with the business", "Budget for security is defined"]),
        ("Protect", "PR", ["Assets are inventoried", "Is data classified?", "Laptops are encrypted"]),
        ("Respond", "RS", ["Incident playbooks exist", "When was the last exercise held?"]),
    ):
        sheet = make.sheet(name)
        row(sheet, 1, f"Domain: {name}", font=BOLD)
        row(
            sheet,
            2,
            "Control ref.",
            "Control statement",
            "Maturity level",
            "Vendor narrative",
            "Evidence file name",
            font=BOLD,
            fill=GREY,
        )
        for number, text in enumerate(texts, start=3):
            sheet[f"A{number}"] = f"{prefix}.{number - 2}"
            make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
        allow(sheet, f"C3:C{2 + len(texts)}", "Lists!$A$1:$A$3")
    _appendices(make)


@workbook
def whole_tender(make: Builder) -> None:
    """Anexo con datos de la licitación, datos del licitador, requisitos mínimos y valorables y declaración."""
    sheet = make.sheet("Anexo III")
    sheet.merge_cells("A1:F1")
    row(sheet, 1, "ANEXO III - MODELO DE OFERTA TÉCNICA", font=BOLD)
    row(sheet, 2, "Órgano de contratación:", "Ayuntamiento de Villanueva")
    row(sheet, 3, "Nº de expediente:", "SER/2026/112")
    row(sheet, 5, "DATOS DEL LICITADOR", font=BOLD, fill=GREY)
    for number, label in ((6, "Nombre o razón social:"), (7, "NIF:"), (8, "Correo electrónico:")):
        make.ask(sheet, f"A{number}", label, f"B{number}")
    row(sheet, 10, "REQUISITOS MÍNIMOS", font=BOLD, fill=GREY)
    row(
        sheet,
        11,
        "Código",
        "Descripción del requisito",
        "Cumple (S/N)",
        "Justificación",
        "Página",
        font=BOLD,
        fill=YELLOW,
    )
    for number, text in enumerate(
        ["Gestor documental con firma electrónica", "El adjudicatario aportará un responsable del contrato."], start=12
    ):
        sheet[f"A{number}"] = f"RM{number - 11}"
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    row(sheet, 15, "REQUISITOS VALORABLES", font=BOLD, fill=GREY)
    row(
        sheet,
        16,
        "Código",
        "Descripción del requisito",
        "Oferta del licitador",
        "Puntuación máxima",
        font=BOLD,
        fill=YELLOW,
    )
    for number, text in enumerate(
        ["Horas de formación adicionales", "Reducción del plazo de entrega (en días)"], start=17
    ):
        row(sheet, number, f"RV{number - 16}", None, None, 10)
        make.ask(sheet, f"B{number}", text, f"C{number}")
    row(sheet, 21, "El abajo firmante declara que los datos son ciertos.")
    row(sheet, 22, "Lugar, fecha y firma:")


@workbook
def answers_on_the_left(make: Builder) -> None:
    """The column for answers stands before the questions."""
    sheet = make.sheet("Checklist")
    row(sheet, 1, "Deployment checklist for vendors", font=BOLD)
    row(sheet, 3, "Answer", "No.", "Question", "Remarks", font=BOLD, fill=GREY)
    for number, text in enumerate(
        ["Is the installer signed?", "Does the agent run without administrator rights?", "Which ports must be open?"],
        start=4,
    ):
        sheet[f"B{number}"] = number - 3
        make.ask(sheet, f"C{number}", text, f"A{number}", f"D{number}")


@workbook
def parts_of_questions(make: Builder) -> None:
    """Sub-questions a), b) in their own rows below a lead-in; follow-ups; a column for the owner."""
    sheet = make.sheet("Data centre")
    row(sheet, 1, "#", "Question", "Response", "Responsible person", font=BOLD, fill=GREY)
    data = [
        ("1", "Do you operate your own data centres?"),
        ("1.1", "If yes, how many?"),
        ("1.2", "If no, name the provider."),
        ("2", "Describe the following physical controls:"),
        ("2a", "perimeter"),
        ("2b", "visitor management"),
        ("3", "Is the power supply redundant?"),
    ]
    for number, (identity, text) in enumerate(data, start=2):
        sheet[f"A{number}"] = identity
        make.ask(sheet, f"B{number}", text, f"C{number}")


@workbook
def guidance_rows(make: Builder) -> None:
    """Guidance stands in italics under each question, in the same column; answers beside the question."""
    sheet = make.sheet("Privacy")
    row(sheet, 1, "Ref", "Question", "Your answer", font=BOLD, fill=GREY)
    data = [
        ("P1", "What personal data do you collect?", "Note: include special categories."),
        ("P2", "How long do you keep it?", "Note: give the period for each category."),
        ("P3", "Do you use automated decision-making?", "Note: see article 22."),
    ]
    number = 2
    for identity, text, note in data:
        sheet[f"A{number}"] = identity
        make.ask(sheet, f"B{number}", text, f"C{number}")
        sheet[f"B{number + 1}"] = note
        sheet[f"B{number + 1}"].font = Font(italic=True)
        number += 2


@workbook
def maturity_model(make: Builder) -> None:
    """Categoría, subcategoría, control; respuesta con números; objetivo del cliente ya relleno."""
    sheet = make.sheet("Madurez")
    row(
        sheet,
        2,
        "Categoría",
        "Subcategoría",
        "Control",
        "Nivel exigido por el cliente",
        "Nivel actual (0-5)",
        "Comentarios del proveedor",
        font=BOLD,
        fill=GREY,
    )
    data = [
        ("Gobierno", "Políticas", "Existe una política de seguridad publicada"),
        ("Gobierno", "Roles", "El responsable de seguridad depende de la dirección"),
        ("Operación", "Copias", "Las copias se prueban cada trimestre"),
        ("Operación", "Parches", "Los parches críticos se aplican en siete días"),
    ]
    for number, (first, second, text) in enumerate(data, start=3):
        row(sheet, number, first, second, None, 3)
        make.ask(sheet, f"C{number}", text, f"E{number}", f"F{number}")


@workbook
def terse_list(make: Builder) -> None:
    """Topics without verbs, `Response` beside, no numbers, one section in bold."""
    sheet = make.sheet("RFI")
    row(sheet, 1, "Topic", "Response", font=BOLD, fill=GREY)
    row(sheet, 2, "Company", font=BOLD)
    for number, text in ((3, "Ownership structure"), (4, "Locations"), (5, "Financial stability")):
        make.ask(sheet, f"A{number}", text, f"B{number}")
    row(sheet, 6, "Product", font=BOLD)
    for number, text in ((7, "Roadmap"), (8, "Release cycle")):
        make.ask(sheet, f"A{number}", text, f"B{number}")


@workbook
def boxes_under_questions(make: Builder) -> None:
    """Preguntas numeradas en B, recuadro combinado debajo, sin más columnas."""
    sheet = make.sheet("Memoria")
    sheet["B2"] = "Memoria técnica"
    sheet["B2"].font = BOLD
    number = 4
    for index, text in enumerate(
        ["Plan de trabajo", "Equipo asignado", "Describa la metodología de gestión del proyecto"], start=1
    ):
        sheet[f"A{number}"] = index
        make.ask(sheet, f"B{number}", text, f"B{number + 1}")
        sheet.merge_cells(f"B{number + 1}:H{number + 1}")
        sheet[f"B{number + 1}"].border = BOX
        number += 3
