"""Invented questionnaires in PDF, Markdown and pasted mails, in both languages."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from tests.questionnaire_documents import Expected, Sample

_STYLES = getSampleStyleSheet()
_ABOUT_BACKUPS = (
    "Where are backups stored, and are they encrypted with keys that are different from those of the primary database?"
)
_GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]


def flowing(text: str, style: str = "BodyText") -> Paragraph:
    """A paragraph of a PDF."""
    return Paragraph(text, _STYLES[style])


def pdf(*parts: Any, running: str = "") -> bytes:
    """A PDF whose pages all say `running` at the top and their number at the bottom."""

    def edges(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 805, running)
        canvas.drawString(500, 30, f"{document.page}")

    stream = BytesIO()
    draw = edges if running else lambda *_: None
    SimpleDocTemplate(stream, pagesize=A4).build(list(parts), onFirstPage=draw, onLaterPages=draw)
    return stream.getvalue()


def pdf_prose() -> Sample:
    """Wrapped questions over several pages with running lines."""
    asked = [
        ("Company", [
            "Describe your organisation, its main products and the regions in which it provides them.",
            "How many people work in engineering, operations and security, and where are these teams located?",
        ]),
        ("Architecture", [
            "Explain how the service is deployed, how tenants are kept apart and which parts are run by third parties.",
            "Which interfaces are available for the integration with our identity provider and our data warehouse?",
            "Is customer data encrypted at rest?",
            "What are the recovery time and recovery point objectives, and when were they last tested in full?",
        ]),
        ("Contract", [
            "State the notice period.",
            "Can the contract be terminated for convenience, and what happens to our data within the days that follow?",
        ]),
    ]  # fmt: skip
    parts: list[Any] = [flowing("Request for Information", "Title")]
    parts.append(
        flowing("Fabrikam Health is collecting information on cloud services. Responses are due on 7 May 2027.")
    )
    for number, (title, questions) in enumerate(asked, start=1):
        parts.append(flowing(f"{number}. {title}", "Heading1"))
        for index, question in enumerate(questions, start=1):
            parts += [flowing(f"{number}.{index} {question}"), *[flowing("&nbsp;") for _ in range(6)]]
    expected = [(question, None) for _, questions in asked for question in questions]
    return Sample("rfi.pdf", pdf(*parts, running="Fabrikam Health | Confidential"), expected)


def pdf_table() -> Sample:
    """A table over the page with wrapped cells and a section across."""
    questions = [
        "¿Existe un procedimiento formal de gestión de incidentes aprobado y comunicado a todo el personal?",
        "Indique el plazo máximo de notificación de una brecha de seguridad.",
        "El adjudicatario deberá mantener un registro de accesos durante al menos dos años.",
    ]
    rows: list[list[Any]] = [["Nº", "Pregunta", "Respuesta", "Observaciones"]]
    rows += [[f"{index}", flowing(text), "", ""] for index, text in enumerate(questions, start=1)]
    content = pdf(
        flowing("Cuestionario de seguridad", "Title"),
        flowing("Instrucciones", "Heading2"),
        flowing("Cumplimente todas las preguntas de la tabla y remítala antes del 20 de mayo de 2027."),
        flowing("Gestión de incidentes", "Heading2"),
        Table(rows, colWidths=[30, 250, 90, 90], style=_GRID),
    )
    return Sample("cuestionario.pdf", content, list(zip(questions, ("1:6", "1:9", "1:11"), strict=True)))


def pdf_form() -> Sample:
    """Form fields below and beside the questions."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(72, 780, "Vendor onboarding form")
    canvas.setFont("Helvetica", 11)
    expected: list[Expected] = []
    y = 740
    for name, question in (
        ("legal", "What is the legal name of your company?"),
        ("country", "In which country is it registered?"),
        ("data", "Describe the customer data that you process."),
        ("subs", "List all subprocessors with access to it."),
    ):
        canvas.drawString(72, y, question)
        canvas.acroForm.textfield(name=name, x=72, y=y - 32, width=380, height=22)
        expected.append((question, name))
        y -= 70
    canvas.drawString(72, y, "Do you hold cyber insurance?")
    canvas.acroForm.choice(name="insured", x=300, y=y - 6, width=90, height=18, options=["Yes", "No"], value="No")
    expected.append(("Do you hold cyber insurance?", "insured"))
    canvas.save()
    return Sample("onboarding.pdf", stream.getvalue(), expected)


def markdown_mixed() -> Sample:
    """Headings, numbered lists with answer lines, a table, task lists."""
    text = """# Security review: Tailspin

> Please answer all questions. Return this file by 12 April 2027.

## Organisation

1. Who owns information security?

   **Answer:** _____

2. Describe how employees are trained in
   security and how often the training is repeated.

   **Answer:**

## Controls

| ID | Control | Implemented? (Yes/No/Partial) | Notes |
|----|---------|-------------------------------|-------|
| C1 | Laptops are encrypted. | | |
| C2 | Is malware protection installed on all endpoints? | | |

### Logging

- How long are logs kept?
- Who can read them?

**Are logs sent to a central system?**

- [ ] Yes
- [ ] No
"""
    expected = [
        ("Who owns information security?", "9"),
        ("Describe how employees are trained in security and how often the training is repeated.", "14"),
        ("Laptops are encrypted.", "20"),
        ("Is malware protection installed on all endpoints?", "21"),
        ("How long are logs kept?", None),
        ("Who can read them?", None),
        ("Are logs sent to a central system?", "30"),
    ]
    return Sample("review.md", text.encode(), expected)


def markdown_spanish() -> Sample:
    """Questions as headings and in bold."""
    text = """---
cliente: Viento Norte
---
# Cuestionario técnico

Este cuestionario recoge la información necesaria para la evaluación. No modifique la estructura del documento.

## 1. Infraestructura

### 1.1 ¿Dónde se aloja la plataforma?

Respuesta:

### 1.2 Describa el plan de copias de seguridad.

Respuesta:

## 2. Soporte

**2.1** Horario de atención y canales disponibles (máx. 100 palabras)

Respuesta:

**2.2** ¿Qué nivel de servicio se garantiza?

Respuesta:
"""
    expected = [
        ("¿Dónde se aloja la plataforma?", "12"),
        ("Describa el plan de copias de seguridad.", "16"),
        ("Horario de atención y canales disponibles (máx. 100 palabras)", "22"),
        ("¿Qué nivel de servicio se garantiza?", "26"),
    ]
    return Sample("tecnico.md", text.encode(), expected)


def mail_numbered() -> Sample:
    """A mail with numbered questions that wrap, a greeting and a signature."""
    text = """From: Priya Shah <priya@fourthcoffee.example>
Subject: RE: Security questions before signature

Hi Tom,

Thanks for the call yesterday. Our security team came back with the questions below. Would you be able to
reply by 9 April 2027 so that we keep the date for signature?

1) Where are backups stored, and are they encrypted with keys that are different from those of the
   primary database?
2) Do you run a bug bounty programme?
3) Please share the executive summary of the last penetration test.
4) What is your process for offboarding employees?

Let me know if anything is unclear.

Best regards,
Priya Shah
Head of Procurement | Fourth Coffee
Tel. +44 20 7946 0000
This e-mail is confidential and intended for the recipient only.
"""
    expected: list[Expected] = [
        (_ABOUT_BACKUPS, None),
        ("Do you run a bug bounty programme?", None),
        ("Please share the executive summary of the last penetration test.", None),
        ("What is your process for offboarding employees?", None),
    ]  # fmt: skip
    return Sample("mail.txt", text.encode(), expected)


def mail_running_text() -> Sample:
    """A Spanish mail whose questions stand in its sentences and in bullets."""
    text = """Buenas tardes, Carmen:

Gracias por la demo de ayer, nos gustó mucho. Antes de seguir necesitamos aclarar un par de cosas. ¿La plataforma
permite el inicio de sesión único con Entra ID? ¿Cuál es el coste por usuario a partir de 500 usuarios?

También agradeceríamos que nos contestaseis a lo siguiente antes del 30 de abril de 2027:

* ¿Cuánto tarda una implantación típica?
* Describid el proceso de migración desde otra herramienta
* ¿Ofrecéis soporte en español?
   Respuesta:

Quedo a la espera.

Un saludo,
Jorge Prieto
Director de Sistemas
"""
    expected: list[Expected] = [
        ("¿La plataforma permite el inicio de sesión único con Entra ID?", None),
        ("¿Cuál es el coste por usuario a partir de 500 usuarios?", None),
        ("¿Cuánto tarda una implantación típica?", None),
        ("Describid el proceso de migración desde otra herramienta", None),
        ("¿Ofrecéis soporte en español?", "11"),
    ]
    return Sample("correo.txt", text.encode(), expected)


def one_per_line() -> Sample:
    """A bare list under headings."""
    text = """SECURITY
Do you encrypt data in transit?
Which cipher suites are enabled?
Describe your vulnerability management.

AVAILABILITY
What was your uptime last year?
Where can incidents be followed?
"""
    lines: Sequence[str] = [line for line in text.split("\n") if line.endswith(("?", "."))]
    return Sample("list.txt", text.encode(), [(line, None) for line in lines])


SAMPLES = (
    pdf_prose,
    pdf_table,
    pdf_form,
    markdown_mixed,
    markdown_spanish,
    mail_numbered,
    mail_running_text,
    one_per_line,
)
