"""Workbooks for the tests of questionnaires, built cell by cell, each with what is to be found in it.

Invariant: `expected` names every question's cell with its answer's and comment's; what is not named is no question.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

BOLD = Font(bold=True)
GREY = PatternFill("solid", fgColor="FFD9D9D9")
YELLOW = PatternFill("solid", fgColor="FFFFF2CC")
_SIDE = Side(style="thin")
BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


@dataclass
class Built:
    """A workbook with `sheet!cell` -> (answer cell, comment cell)."""

    content: bytes
    expected: Mapping[str, tuple[str, str]]


@dataclass
class Builder:
    """Writes cells and notes what is asked where."""

    book: Workbook = field(default_factory=Workbook)
    expected: dict[str, tuple[str, str]] = field(default_factory=dict)
    _first: bool = True

    def sheet(self, name: str) -> Worksheet:
        """A new sheet."""
        if self._first:
            self._first = False
            sheet = self.book.active
            sheet.title = name
            return sheet
        return self.book.create_sheet(name)

    def ask(self, sheet: Worksheet, cell: str, text: str, answer: str = "", comment: str = "") -> None:
        """A question, to be found."""
        sheet[cell] = text
        self.expected[f"{sheet.title}!{cell}"] = (answer, comment)

    def built(self) -> Built:
        """The file."""
        stream = BytesIO()
        self.book.save(stream)
        return Built(stream.getvalue(), self.expected)


def row(
    sheet: Worksheet, number: int, *texts: object, font: Font | None = None, fill: PatternFill | None = None
) -> None:
    """A row of texts from column A on."""
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(number, column)
        if text is not None:
            cell.value = text
        if font is not None:
            cell.font = font
        if fill is not None:
            cell.fill = fill


def allow(sheet: Worksheet, cells: str, formula: str) -> None:
    """A drop-down."""
    validation = DataValidation(type="list", formula1=formula)
    sheet.add_data_validation(validation)
    validation.add(cells)


WORKBOOKS: dict[str, Callable[[], Built]] = {}


def workbook(build: Callable[[Builder], None]) -> Callable[[Builder], None]:
    """Register a workbook under its function's name."""

    def built() -> Built:
        builder = Builder()
        build(builder)
        return builder.built()

    WORKBOOKS[build.__name__] = built
    return build


_CLOUD_TEXTS = [
    "Are audit and assurance policies, procedures, and standards established, documented and approved?",
    "Are audit and assurance policies reviewed and updated at least annually?",
    "Are independent audit assessments conducted according to relevant standards at least annually?",
    "Is a risk-based corrective action plan to remediate audit findings established?",
    "Are application security policies and procedures established and maintained?",
    "Are baseline requirements to secure applications established, documented, and maintained?",
]


@workbook
def cloud_controls(make: Builder) -> None:
    """Like a cloud controls questionnaire: an introduction, many columns, drop-downs, section columns."""
    about = make.sheet("Introduction")
    row(about, 1, "Cloud Assurance Questionnaire v4", font=BOLD)
    row(about, 3, "This questionnaire helps cloud customers to assess the security of providers.")
    row(about, 4, "Describe each control in your own words and select an answer from the drop-down in column C.")
    sheet = make.sheet("CAQ")
    row(sheet, 1, "CLOUD ASSURANCE QUESTIONNAIRE 4.0.2", font=BOLD)
    row(
        sheet,
        3,
        "Question ID",
        "Question",
        "CSP Answer",
        "Control Ownership",
        "CSP Implementation Description",
        "Customer Responsibilities (Optional)",
        "Control ID",
        "Control Specification",
        "Control Title",
        "Domain Title",
        font=BOLD,
        fill=GREY,
    )
    for index, text in enumerate(_CLOUD_TEXTS, start=4):
        identity = f"A&A-0{index - 3}.1" if index < 8 else f"AIS-0{index - 7}.1"
        row(sheet, index, identity)
        make.ask(sheet, f"B{index}", text, f"C{index}", f"E{index}")
        row(
            sheet,
            index,
            None,
            None,
            None,
            None,
            None,
            None,
            identity[:6],
            "Establish, document, approve and maintain policies.",
            "Policy and Procedures",
            "Audit & Assurance" if index < 8 else "Application & Interface Security",
        )
    allow(sheet, "C4:C9", '"Yes,No,NA"')
    allow(sheet, "D4:D9", '"CSP-owned,CSC-owned,Shared"')


@workbook
def tender_annex(make: Builder) -> None:
    """Anexo técnico: requisitos con obligatoriedad, secciones, cumplimiento y observaciones."""
    notes = make.sheet("Instrucciones")
    row(notes, 1, "INSTRUCCIONES DE CUMPLIMENTACIÓN", font=BOLD)
    row(notes, 2, "Rellene únicamente las celdas en amarillo.")
    row(notes, 3, "Indique en la columna D si cumple el requisito y explique cómo en la columna E.")
    row(notes, 4, "Fecha límite de presentación: 15 de enero de 2027")
    sheet = make.sheet("Anexo técnico")
    sheet.merge_cells("A1:E1")
    row(sheet, 1, "ANEXO II. CUESTIONARIO TÉCNICO", font=BOLD)
    row(sheet, 2, "Expediente:", "2026/0457")
    row(
        sheet,
        4,
        "Nº",
        "Requisito",
        "Obligatorio (S/N)",
        "Cumple (Sí/No/Parcial)",
        "Observaciones",
        font=BOLD,
        fill=GREY,
    )
    row(sheet, 5, "1", "SEGURIDAD DE LA INFORMACIÓN", font=BOLD)
    for index, (number, text, needed) in enumerate(
        [
            ("1.1", "La solución cifrará los datos en reposo con AES-256 o equivalente.", "S"),
            ("1.2", "El licitador dispondrá de un plan de continuidad probado anualmente.", "S"),
            ("1.3", "Certificación ISO 27001 vigente", "N"),
        ],
        start=6,
    ):
        row(sheet, index, number, None, needed)
        make.ask(sheet, f"B{index}", text, f"D{index}", f"E{index}")
    row(sheet, 9, "2", "SOPORTE Y MANTENIMIENTO", font=BOLD)
    for index, (number, text, needed) in enumerate(
        [
            ("2.1", "Atención telefónica en horario de 8:00 a 20:00 de lunes a viernes", "S"),
            ("2.2", "Describa los niveles de servicio ofertados (máx. 200 palabras)", "N"),
        ],
        start=10,
    ):
        row(sheet, index, number, None, needed)
        make.ask(sheet, f"B{index}", text, f"D{index}", f"E{index}")
    row(sheet, 14, "Firma y sello:")


@workbook
def lite_assessment(make: Builder) -> None:
    """A lite assessment: vendor details first, section rows merged over the table, lists on another sheet."""
    sheet = make.sheet("Lite")
    row(sheet, 1, "Vendor Lite Assessment", font=Font(bold=True, size=16))
    row(sheet, 2, "Please complete all questions in this questionnaire and return it by 15 January 2027.")
    for number, label in ((4, "Company name:"), (5, "Contact person:"), (6, "E-mail address")):
        make.ask(sheet, f"A{number}", label, f"B{number}")
        sheet[f"B{number}"].border = BOX
    row(sheet, 8, "Ref", "Question", "Response", "Additional Information", font=BOLD, fill=GREY)
    sheet.merge_cells("A9:D9")
    row(sheet, 9, "A. Risk Management", font=BOLD, fill=YELLOW)
    make.ask(sheet, "B10", "Is there a formalised risk governance programme?", "C10", "D10")
    make.ask(sheet, "B11", "If yes, does it include an owner and a review date?", "C11", "D11")
    sheet.merge_cells("A12:D12")
    row(sheet, 12, "B. Security Policy", font=BOLD, fill=YELLOW)
    make.ask(sheet, "B13", "Is there a set of information security policies approved by management", "C13", "D13")
    make.ask(sheet, "B14", "Have policies been communicated to constituents?", "C14", "D14")
    for number, identity in ((10, "A.1"), (11, "A.1.1"), (13, "B.1"), (14, "B.2")):
        sheet[f"A{number}"] = identity
    lists = make.sheet("Lists")
    for number, value in enumerate(("Yes", "No", "N/A"), start=1):
        lists[f"A{number}"] = value
    allow(sheet, "C10:C14", "Lists!$A$1:$A$3")


@workbook
def higher_education(make: Builder) -> None:
    """Sections with their own repeated headers, guidance and analyst's columns."""
    sheet = make.sheet("HE Assessment")
    row(sheet, 1, "Higher Education Vendor Assessment - Full", font=BOLD)
    number = 3
    sections = [
        (
            "General Information",
            ["Vendor Name", "Product Name", "Product Description", "Web Link to Product Privacy Notice"],
        ),
        ("Documentation", ["Have you undergone a SSAE 18 audit?", "Do you conform with a specific industry standard?"]),
        (
            "Data",
            [
                "Does the system provide data input validation?",
                "Describe how encryption keys are managed.",
                "Will data regarding this institution be stored outside the country?",
            ],
        ),
    ]
    for title, texts in sections:
        row(
            sheet,
            number,
            title,
            None,
            "Vendor Answers",
            "Additional Information",
            "Guidance",
            "Analyst Notes",
            font=BOLD,
            fill=GREY,
        )
        for text in texts:
            number += 1
            sheet[f"A{number}"] = f"{title[:4].upper()}-{number:02d}"
            make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
            sheet[f"E{number}"] = "Include any relevant links."
        number += 2


@workbook
def bank_due_diligence(make: Builder) -> None:
    """Cuestionario de homologación de un banco: sí/no/n.a. para marcar, datos del banco ya rellenos."""
    sheet = make.sheet("Homologación")
    row(sheet, 1, "CUESTIONARIO DE HOMOLOGACIÓN DE PROVEEDORES", font=BOLD)
    row(sheet, 2, "Solicitado por:", "Banco Ejemplar")
    row(sheet, 3, "Marque con una X la casilla que corresponda.")
    row(sheet, 5, "Datos del proveedor", font=BOLD, fill=GREY)
    for number, label in ((6, "Razón social"), (7, "CIF"), (8, "Domicilio social"), (9, "Número de empleados")):
        make.ask(sheet, f"A{number}", label, f"B{number}")
    row(sheet, 11, "Pregunta", "Sí", "No", "N.A.", "Comentarios", font=BOLD, fill=GREY)
    row(sheet, 12, "Gobierno", font=BOLD)
    make.ask(sheet, "A13", "¿Dispone de un responsable de seguridad de la información?", "B13", "E13")
    make.ask(sheet, "A14", "¿Existe un comité de seguridad?", "B14", "E14")
    row(sheet, 15, "Protección de datos", font=BOLD)
    make.ask(sheet, "A16", "Dispone de delegado de protección de datos", "B16", "E16")
    make.ask(sheet, "A17", "En caso afirmativo, indique su nombre y datos de contacto", "B17", "E17")


@workbook
def questions_in_the_first_column(make: Builder) -> None:
    """No header at all: sections in bold, questions in column A, answers beside."""
    sheet = make.sheet("Sheet1")
    row(sheet, 1, "Information security questions", font=BOLD)
    row(sheet, 3, "Access control", font=BOLD)
    make.ask(sheet, "A4", "How is access to production systems granted and revoked?", "B4")
    make.ask(sheet, "A5", "Do you enforce multi-factor authentication for administrators?", "B5")
    make.ask(sheet, "A6", "Describe your password policy", "B6")
    row(sheet, 8, "Operations", font=BOLD)
    make.ask(sheet, "A9", "How often are backups tested?", "B9")
    make.ask(sheet, "A10", "List the monitoring tools in use", "B10")


@workbook
def answers_below(make: Builder) -> None:
    """The answer's cell is the merged one below every question."""
    sheet = make.sheet("Cuestionario")
    row(sheet, 1, "Cuestionario técnico", font=BOLD)
    number = 3
    for text in (
        "1. Describa la arquitectura de la solución propuesta.",
        "2. ¿Qué medidas de seguridad física aplica en sus centros de datos?",
        "3. Indique los subcontratistas que intervendrán en el servicio.",
    ):
        sheet.merge_cells(f"A{number}:D{number}")
        make.ask(sheet, f"A{number}", text, f"A{number + 1}")
        sheet.merge_cells(f"A{number + 1}:D{number + 1}")
        sheet[f"A{number + 1}"].border = BOX
        number += 2


@workbook
def two_languages(make: Builder) -> None:
    """English and Spanish side by side, answers to the right."""
    sheet = make.sheet("Questionnaire - Cuestionario")
    row(sheet, 1, "ID", "Question (EN)", "Pregunta (ES)", "Answer / Respuesta", "Comments / Comentarios", font=BOLD)
    pairs = [
        ("Do you have an incident response plan?", "¿Dispone de un plan de respuesta a incidentes?"),
        ("How long are logs kept?", "¿Cuánto tiempo se conservan los registros?"),
        ("Provide the date of the last penetration test.", "Indique la fecha de la última prueba de intrusión."),
    ]
    for number, (english, spanish) in enumerate(pairs, start=2):
        sheet[f"A{number}"] = number - 1
        make.ask(sheet, f"B{number}", english, f"D{number}", f"E{number}")
        sheet[f"C{number}"] = spanish


@workbook
def several_tables(make: Builder) -> None:
    """Two tables on one sheet with other columns, an example row, prefilled answers and a computed score."""
    sheet = make.sheet("RFP")
    row(sheet, 1, "Request for proposal: e-mail service", font=BOLD)
    row(sheet, 3, "#", "Requirement", "Priority", "Compliance", "Vendor comments", font=BOLD, fill=GREY)
    row(sheet, 4, "e.g.", "The solution must offer an API.", "Must", "Yes", "REST API, see documentation.")
    data = [
        ("F1", "The solution must support single sign-on through SAML 2.0.", "Must"),
        ("F2", "Export of all data in an open format", "Should"),
        ("F3", "The vendor shall notify planned maintenance five days in advance.", "Must"),
    ]
    for number, (identity, text, priority) in enumerate(data, start=5):
        row(sheet, number, identity, None, priority)
        make.ask(sheet, f"B{number}", text, f"D{number}", f"E{number}")
    sheet["D6"] = "Yes"
    row(sheet, 8, None, "Total score")
    sheet["D8"] = '=COUNTIF(D5:D7,"Yes")'
    row(sheet, 11, "No.", "Area", "Question", "Your response", font=BOLD, fill=GREY)
    for number, text in enumerate(("What is your uptime commitment?", "Who are your subprocessors?"), start=12):
        row(sheet, number, number - 11, "Service")
        make.ask(sheet, f"C{number}", text, f"D{number}")


@workbook
def hidden_parts(make: Builder) -> None:
    """Hidden rows and a hidden sheet hold questions too."""
    sheet = make.sheet("Privacy")
    row(sheet, 1, "Nr.", "Control question", "Answer", font=BOLD)
    for number, text in enumerate(
        ("Do you process personal data?", "Where is personal data stored?", "Do you sell personal data?"), start=2
    ):
        sheet[f"A{number}"] = number - 1
        make.ask(sheet, f"B{number}", text, f"C{number}")
    sheet.row_dimensions[4].hidden = True
    other = make.sheet("Old")
    row(other, 1, "Nr.", "Question", "Answer", font=BOLD)
    other["A2"] = 1
    make.ask(other, "B2", "Do you use tape backups?", "C2")
    other.sheet_state = "hidden"


@workbook
def control_statements(make: Builder) -> None:
    """Statements of controls by domain, merged domain cells, status drop-down, evidence."""
    sheet = make.sheet("Controls")
    row(sheet, 2, "Domain", "Control", "Status", "Evidence", font=BOLD, fill=GREY)
    texts = [
        "Access to source code is restricted to authorised staff",
        "Leavers lose access within one working day",
        "Security awareness training is completed every year",
        "Changes are reviewed by a second engineer",
    ]
    for number, text in enumerate(texts, start=3):
        make.ask(sheet, f"B{number}", text, f"C{number}", f"D{number}")
    sheet["A3"], sheet["A5"] = "Access", "People"
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("A5:A6")
    allow(sheet, "C3:C6", '"Implemented,Partially implemented,Not implemented"')
