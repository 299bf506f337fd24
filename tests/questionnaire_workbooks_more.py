"""More workbooks for the tests of questionnaires: the ones that are laid out in their own way.

Invariant: as in `questionnaire_workbooks`: what is not named in `expected` is no question.
"""

from openpyxl.styles import Font, Protection

from tests.questionnaire_workbooks import BOLD, BOX, GREY, YELLOW, Builder, allow, row, workbook


@workbook
def supplier_profile(make: Builder) -> None:
    """Three sheets with other layouts; a legend that looks like a table; the buyer's own block."""
    cover = make.sheet("Cover")
    row(cover, 1, "Supplier Security Questionnaire", font=Font(bold=True, size=20))
    row(cover, 3, "To be completed by the buyer", font=BOLD)
    row(cover, 4, "Project name", "Payments platform")
    row(cover, 5, "Buyer contact", "Marta Ruiz")
    row(cover, 7, "Answer", "Meaning", font=BOLD)
    row(cover, 8, "Yes", "The control is fully in place.")
    row(cover, 9, "No", "The control is not in place.")
    row(cover, 10, "Partial", "The control is in place for some systems.")
    profile = make.sheet("1. Company profile")
    row(profile, 1, "Company profile", font=BOLD)
    row(profile, 3, "No.", "Information requested", "Response", font=BOLD, fill=GREY)
    for number, text in enumerate(
        ["Registered name", "Year of incorporation", "Number of employees", "Countries in which you operate"], start=4
    ):
        profile[f"A{number}"] = f"1.{number - 3}"
        make.ask(profile, f"B{number}", text, f"C{number}")
    controls = make.sheet("2. Security controls")
    row(controls, 2, "Please answer every question. Use the comments column to explain any No.")
    row(controls, 4, "No.", "Control question", "Yes / No / Partial", "Comments", font=BOLD, fill=GREY)
    row(controls, 5, "2.1", "Access management", fill=YELLOW)
    row(controls, 8, "2.2", "Cryptography", fill=YELLOW)
    for number, identity, text in (
        (6, "2.1.1", "Are privileged accounts reviewed at least quarterly?"),
        (7, "2.1.2", "Is access revoked within 24 hours of termination?"),
        (9, "2.2.1", "Is all customer data encrypted in transit?"),
        (10, "2.2.2", "Key rotation is performed at least once a year."),
    ):
        controls[f"A{number}"] = identity
        make.ask(controls, f"B{number}", text, f"C{number}", f"D{number}")
    allow(controls, "C6:C10", '"Yes,No,Partial"')


@workbook
def technical_offer(make: Builder) -> None:
    """Oferta técnica: apartados en la columna A combinados, requisitos sin pregunta, texto del licitador."""
    sheet = make.sheet("Hoja1")
    sheet.merge_cells("A1:D1")
    row(sheet, 1, "PLIEGO DE PRESCRIPCIONES TÉCNICAS - CUADRO DE CUMPLIMIENTO", font=BOLD)
    row(
        sheet,
        2,
        "El licitador cumplimentará las columnas C y D. No se podrá modificar el contenido de las columnas A y B.",
    )
    row(sheet, 4, "Apartado", "Prescripción técnica", "Cumplimiento", "Propuesta del licitador", font=BOLD, fill=GREY)
    sheet.merge_cells("A5:A7")
    sheet.merge_cells("A8:A9")
    sheet["A5"], sheet["A8"] = "Infraestructura", "Servicio"
    for number, text in enumerate(
        [
            "Alojamiento en centros de datos situados en la Unión Europea",
            "Disponibilidad mensual mínima del 99,9 %",
            "El sistema deberá permitir la recuperación ante desastres con un RPO máximo de 4 horas",
            "Servicio de atención a usuarios en castellano",
            "Informe mensual de niveles de servicio",
        ],
        start=5,
    ):
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    row(sheet, 12, "En Madrid, a ____ de ____________ de 2027")
    row(sheet, 13, "Fdo.:")


@workbook
def spaced_questions(make: Builder) -> None:
    """Number, question, and `Answer:` with its place on the next row."""
    sheet = make.sheet("Questions")
    row(sheet, 1, "Request for information", font=BOLD)
    row(sheet, 2, "Responses are due by 28 February 2027. Send them to the procurement team.")
    number = 4
    for index, text in enumerate(
        [
            "Describe your company and its history.",
            "What differentiates your product from its competitors?",
            "Provide three customer references.",
        ],
        start=1,
    ):
        sheet[f"A{number}"] = index
        make.ask(sheet, f"B{number}", text, f"C{number + 1}")
        sheet[f"B{number + 1}"] = "Answer:"
        number += 3


@workbook
def statement_checklist(make: Builder) -> None:
    """Lista de comprobación sin interrogaciones ni imperativos, con desplegable y evidencias."""
    sheet = make.sheet("ENS")
    row(sheet, 1, "Lista de comprobación del Esquema Nacional de Seguridad", font=BOLD)
    row(
        sheet,
        3,
        "Código",
        "Medida de seguridad",
        "Estado de implantación",
        "Evidencias",
        "Valoración del evaluador",
        font=BOLD,
        fill=GREY,
    )
    row(sheet, 4, "org", "Marco organizativo", font=BOLD)
    row(sheet, 7, "op", "Marco operacional", font=BOLD)
    for number, code, text in (
        (5, "org.1", "Política de seguridad"),
        (6, "org.2", "Normativa de seguridad"),
        (8, "op.acc.1", "Identificación"),
        (9, "op.acc.2", "Requisitos de acceso"),
        (10, "op.exp.3", "Gestión de la configuración de seguridad"),
    ):
        sheet[f"A{number}"] = code
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    allow(sheet, "C5:C10", '"Implantada,Parcialmente implantada,No implantada,No aplica"')


@workbook
def unlabelled_first_column(make: Builder) -> None:
    """The column of questions has no header; the others do. Banded rows, a repeated header, a note at the end."""
    sheet = make.sheet("DDQ")
    row(sheet, 1, "Due diligence questionnaire", font=BOLD)
    header = (None, "Response", "Supporting documents")
    row(sheet, 3, *header, font=BOLD)
    texts = {
        4: "Please provide an overview of your ownership structure.",
        5: "Has the firm been subject to regulatory action in the last five years?",
        6: "Describe your business continuity arrangements.",
        9: "Who audits your financial statements?",
        10: "Are background checks carried out on all staff?",
    }
    row(sheet, 8, *header, font=BOLD)
    for number, text in texts.items():
        make.ask(sheet, f"A{number}", text, f"B{number}", f"C{number}")
        if number % 2:
            for column in "ABC":
                sheet[f"{column}{number}"].fill = GREY
    row(sheet, 12, "Note: answers will be treated as confidential.")


@workbook
def question_is_merged_over_columns(make: Builder) -> None:
    """Questions merged over B:E, answers merged over F:H, comments in I."""
    sheet = make.sheet("Form")
    row(sheet, 1, "Third party risk form", font=BOLD)
    for number in range(3, 8):
        sheet.merge_cells(f"B{number}:E{number}")
        sheet.merge_cells(f"F{number}:H{number}")
    row(
        sheet,
        3,
        "Ref.",
        "Question",
        None,
        None,
        None,
        "Third party answer",
        None,
        None,
        "Remarks",
        font=BOLD,
        fill=GREY,
    )
    for number, text in enumerate(
        [
            "What services do you provide to us?",
            "Will you have access to our premises?",
            "Will you process payment card data?",
            "Attach your latest penetration test summary.",
        ],
        start=4,
    ):
        sheet[f"A{number}"] = f"Q{number - 3}"
        make.ask(sheet, f"B{number}", text, f"F{number}", f"I{number}")


@workbook
def weighted_requirements(make: Builder) -> None:
    """MoSCoW priorities, weights and the evaluator's scores beside the vendor's columns; a price table apart."""
    sheet = make.sheet("Functional")
    row(sheet, 1, "Functional requirements", font=BOLD)
    row(
        sheet,
        2,
        "Req ID",
        "Module",
        "Requirement description",
        "Priority (M/S/C)",
        "Weight",
        "Vendor response (F/P/N)",
        "Vendor comments",
        "Evaluator score",
        font=BOLD,
        fill=GREY,
    )
    data = [
        ("FR-001", "Contacts", "Merge duplicate contacts automatically", "M", 5),
        ("FR-002", "Contacts", "Ability to import contacts from CSV files", "S", 3),
        ("FR-003", "Reports", "Users can schedule reports by e-mail", "C", 2),
        ("FR-004", "Reports", "The system shall log every export of data.", "M", 5),
    ]
    for number, (identity, module, text, priority, weight) in enumerate(data, start=3):
        row(sheet, number, identity, module, None, priority, weight)
        make.ask(sheet, f"C{number}", text, f"F{number}", f"G{number}")
    prices = make.sheet("Pricing")
    row(prices, 1, "Item", "Description", "Quantity", "Unit price", "Total", font=BOLD, fill=GREY)
    row(prices, 2, 1, "Licences", 100)
    row(prices, 3, 2, "Implementation services", 1)


@workbook
def plain_list(make: Builder) -> None:
    """Questions only, one column, a header over them and nothing beside."""
    sheet = make.sheet("Preguntas")
    row(sheet, 1, "Preguntas para proveedores", font=BOLD)
    for number, text in enumerate(
        [
            "¿Cuál es su modelo de licenciamiento?",
            "¿Ofrecen periodo de prueba?",
            "Detalle el plan de implantación.",
            "¿Con qué sistemas se integra la solución?",
        ],
        start=2,
    ):
        make.ask(sheet, f"A{number}", text, f"B{number}")


@workbook
def compliance_matrix(make: Builder) -> None:
    """Columns to be ticked for compliance, in English, sections as rows in capitals."""
    sheet = make.sheet("Matrix")
    row(sheet, 1, "COMPLIANCE MATRIX", font=BOLD)
    row(sheet, 2, "Tick one box per requirement.")
    row(sheet, 4, "Item", "Requirement", "Complies", "Partially complies", "Does not comply", "Remarks", font=BOLD)
    row(sheet, 5, None, "HARDWARE")
    row(sheet, 8, None, "TRAINING")
    for number, item, text in (
        (6, 1, "Redundant power supplies in every chassis"),
        (7, 2, "Spare parts delivered within four hours"),
        (9, 3, "The supplier must train ten administrators on site."),
    ):
        sheet[f"A{number}"] = item
        make.ask(sheet, f"B{number}", text, f"C{number}", f"F{number}")


@workbook
def company_form(make: Builder) -> None:
    """Ficha de proveedor: etiquetas y casillas en dos columnas por fila, secciones, declaración y firma."""
    sheet = make.sheet("Ficha")
    sheet.merge_cells("A1:D1")
    row(sheet, 1, "FICHA DE ALTA DE PROVEEDOR", font=BOLD)
    row(sheet, 3, "1. Datos generales", font=BOLD, fill=GREY)
    for number, left, right in (
        (4, "Razón social:", "CIF:"),
        (5, "Domicilio:", "Código postal:"),
        (6, "Persona de contacto:", "Teléfono:"),
    ):
        make.ask(sheet, f"A{number}", left, f"B{number}")
        make.ask(sheet, f"C{number}", right, f"D{number}")
        for column in "BD":
            sheet[f"{column}{number}"].border = BOX
    row(sheet, 8, "2. Cuestionario", font=BOLD, fill=GREY)
    for number, text in ((9, "¿Dispone de certificación ISO 9001?"), (10, "¿Subcontrata parte de su actividad?")):
        make.ask(sheet, f"A{number}", text, f"B{number}")
        sheet[f"B{number}"].border = BOX
    row(sheet, 12, "Declaro que la información facilitada es veraz.")
    row(sheet, 13, "Firma y sello de la empresa")


@workbook
def grouped_questions(make: Builder) -> None:
    """A question over several rows with parts of its own; guidance and allowed values in columns."""
    sheet = make.sheet("Sustainability")
    row(
        sheet,
        1,
        "Q#",
        "Topic",
        "Question",
        "Response options",
        "Your response",
        "Guidance",
        "Max words",
        font=BOLD,
        fill=GREY,
    )
    data = [
        (
            "1",
            "Environment",
            "Do you measure your carbon footprint?",
            "Yes; No; In progress",
            "Scopes 1 and 2 at least.",
            None,
        ),
        ("2", "Environment", "Describe your reduction targets.", "Free text", "Include the base year.", 150),
        (
            "3",
            "Social",
            "Which of these policies do you have? Select all that apply.",
            "Diversity; Health and safety; Human rights",
            None,
            None,
        ),
        ("4", "Governance", "Is your board's remuneration linked to sustainability?", "Yes; No", None, None),
    ]
    for number, (identity, topic, text, options, guidance, words) in enumerate(data, start=2):
        row(sheet, number, identity, topic, None, options, None, guidance, words)
        make.ask(sheet, f"C{number}", text, f"E{number}")


@workbook
def filled_before(make: Builder) -> None:
    """Last year's answers are in the file; one placeholder."""
    sheet = make.sheet("Renewal")
    row(sheet, 1, "ID", "Question", "Answer", "Details", font=BOLD)
    data = [
        (1, "Is there a documented information security policy?", "Yes", "Reviewed in March."),
        (2, "Do you have cyber insurance?", "Yes", "Up to 5 million euros."),
        (3, "Have you had a security incident in the last 12 months?", "Select...", None),
    ]
    for number, (identity, text, answer, details) in enumerate(data, start=2):
        row(sheet, number, identity, None, answer, details)
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")


@workbook
def two_header_rows(make: Builder) -> None:
    """Headers on two rows, the upper ones merged; the buyer's columns are no place for answers."""
    sheet = make.sheet("Evaluación")
    row(sheet, 1, "Evaluación de proveedores de servicios TIC", font=BOLD)
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:F3"):
        sheet.merge_cells(area)
    row(sheet, 3, "Cód.", "Cuestión", "Respuesta del proveedor", None, "Uso interno", font=BOLD, fill=GREY)
    row(sheet, 4, None, None, "Sí / No", "Detalle", "Puntuación", "Evaluador", font=BOLD, fill=GREY)
    for number, text in enumerate(
        (
            "¿Realiza pruebas de intrusión anuales?",
            "¿Dispone de seguro de responsabilidad civil?",
            "Plazo de conservación de los registros de acceso",
        ),
        start=5,
    ):
        sheet[f"A{number}"] = f"TIC-{number:02d}"
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
        sheet[f"E{number}"] = 5


@workbook
def protected_form(make: Builder) -> None:
    """A protected sheet whose unlocked cells are to be filled in."""
    sheet = make.sheet("Supplier form")
    row(sheet, 1, "Supplier self-declaration", font=BOLD)
    row(sheet, 2, "Only the unlocked cells can be edited. Do not change the structure of this file.")
    labels = ["Annual spend on security", "Certifications held", "Do you subcontract any part of the service?"]
    for number, label in enumerate(labels, start=4):
        make.ask(sheet, f"B{number}", label, f"C{number}")
        sheet[f"C{number}"].protection = Protection(locked=False)
    sheet.protection.sheet = True
