"""Invented Word questionnaires, in both languages and in the shapes in which they come."""

from docx.shared import Inches

from tests.questionnaire_documents import Sample, WordFile


def _numbered(file: WordFile, number: str, text: str) -> None:
    file.ask(text, "Response:", shown=f"{number} {text}")


def numbered_prose_with_answer_lines() -> Sample:
    """Typed numbers, an answer line below each question, instructions in front."""
    file = WordFile().head("Supplier Information Security Questionnaire", 0)
    file.say("Northwind Retail plc", "Version 3.2 – March 2027").head("Introduction")
    file.say(
        "Northwind Retail plc is reviewing the security of all suppliers that handle customer data. This questionnaire "
        "helps us to understand how you protect it. What you tell us will be treated as confidential.",
        "Please complete all sections and return the document to suppliers@northwind.example no later than 30 April "
        "2027. If you have any questions, contact the procurement team.",
    )
    file.head("How to complete this questionnaire").say(
        "Answer every question in the space provided.", style="List Bullet"
    )
    file.say("Do not leave any answer blank; write N/A where a question does not apply.", style="List Bullet")
    file.head("1. Governance")
    _numbered(file, "1.1", "Do you have a documented information security policy?")
    _numbered(file, "1.2", "If yes, when was it last reviewed?")
    _numbered(file, "1.3", "Who in your organisation is accountable for information security?")
    file.head("2. Personnel")
    _numbered(file, "2.1", "Describe the background checks that are carried out before employment.")
    _numbered(file, "2.2", "Security awareness training")
    file.head("3. Incident management")
    file.ask(
        "Please outline your incident response process, including:\n- detection\n- containment\n"
        "- communication to customers",
        shown="3.1 Please outline your incident response process, including:",
    )
    file.say("detection", "containment", "communication to customers", style="List Bullet")
    file.expected[-1] = (file.expected[-1][0], file.next)
    file.say("Response:")
    _numbered(file, "3.2", "Have you had a reportable breach in the last 24 months?")
    file.say("Note: include breaches at your subprocessors.")
    file.say(
        "Thank you for completing this questionnaire.", "Signature: ____________________", "Date: ____________________"
    )
    return file.done("supplier-security.docx")


def automatic_numbers() -> Sample:
    """Word's own numbering, an empty paragraph below each question."""
    file = WordFile().head("Cuestionario de seguridad para proveedores", 0)
    file.say("Fecha límite de entrega: 15 de junio de 2027").head("Gobierno de la seguridad")
    for text in (
        "¿Dispone la organización de una política de seguridad aprobada por la dirección?",
        "Indique quién es el responsable de seguridad y a quién reporta.",
        "Describa cómo se gestionan los riesgos de terceros (máximo 150 palabras).",
    ):
        file.ask(text, "", style="List Number")
    file.head("Protección de datos")
    for text in (
        "¿En qué países se almacenan los datos personales?",
        "¿Se realizan transferencias internacionales de datos?",
        "En caso afirmativo, indique las garantías adoptadas.",
        "Adjunte el listado de subencargados del tratamiento.",
    ):
        file.ask(text, "", style="List Number")
    return file.done("cuestionario.docx")


def question_and_answer_columns() -> Sample:
    """One table per section, with numbers, answers and comments; section rows across."""
    file = WordFile().head("Vendor Assessment", 0).say("Please answer in the Response column. Use N/A where needed.")
    file.head("Access control", 1)
    table = file.table(
        [
            ["Ref", "Question", "Response", "Evidence / comments"],
            ["Authentication", "", "", ""],
            ["AC-1", "Is single sign-on supported?", "", ""],
            ["AC-2", "Which protocols does it use?", "", ""],
            ["Authorisation", "", "", ""],
            ["AC-3", "How are roles assigned and reviewed?", "", ""],
            ["AC-4", "Privileged access is granted for a limited time only.", "", ""],
        ],
        asks=[
            (2, "Is single sign-on supported?", "r2c2"),
            (3, "Which protocols does it use?", "r3c2"),
            (5, "How are roles assigned and reviewed?", "r5c2"),
            (6, "Privileged access is granted for a limited time only.", "r6c2"),
        ],
    )
    for row in (1, 4):
        table.cell(row, 0).merge(table.cell(row, 3))
    file.head("Hosting", 1)
    file.table(
        [
            ["Ref", "Question", "Response", "Evidence / comments"],
            ["HO-1", "Where are the data centres?", "", ""],
            ["HO-2", "Provide the availability figures of the last 12 months.", "", ""],
        ],
        asks=[
            (1, "Where are the data centres?", "r1c2"),
            (2, "Provide the availability figures of the last 12 months.", "r2c2"),
        ],
    )
    return file.done("assessment.docx")


def company_form() -> Sample:
    """Labels beside empty cells, boxes to tick, a box to write in under bold questions."""
    file = WordFile().head("Ficha de proveedor", 0).head("1. Datos generales", 1)
    file.table(
        [
            ["Razón social", "", "NIF", ""],
            ["Domicilio fiscal", "", "Teléfono", ""],
            ["Año de constitución", "", "Número de empleados", ""],
        ],
        asks=[
            (0, "Razón social", "r0c1"),
            (0, "NIF", "r0c3"),
            (1, "Domicilio fiscal", "r1c1"),
            (1, "Teléfono", "r1c3"),
            (2, "Año de constitución", "r2c1"),
            (2, "Número de empleados", "r2c3"),
        ],
    )
    file.head("2. Certificaciones", 1)
    file.ask("¿Está certificada en ISO 27001?", "☐ Sí   ☐ No   ☐ En proceso")
    file.ask(
        "¿Qué otras certificaciones tiene? Marque todas las que procedan.",
        "☐ ISO 9001",
        "☐ ENS Alto",
        "☐ SOC 2",
        "☐ Ninguna",
    )
    file.head("3. Solución", 1)
    for text in (
        "Describa la arquitectura de la solución.",
        "¿Cómo se realiza la migración de los datos?",
        "Plan de formación",
    ):
        file.ask(text, bold=True)
        file.table([[""]])
        file.expected[-1] = (text, f"t{len(file.document.tables) - 1}r0c0")
    file.say("Firma y sello:", "Lugar y fecha:")
    return file.done("ficha.docx")


def request_for_proposal() -> Sample:
    """Long prose, requirements in a table with tick columns, inline gaps."""
    file = WordFile().head("Request for Proposal 2027/018: Service desk platform", 0).head("1. Background", 1)
    file.say(
        "Contoso Energy operates in nine countries and employs 4,200 people. We look for a platform that replaces "
        "three legacy tools. The solution must be live before the end of the year. Why now? Support contracts end.",
    )
    file.head("2. Timeline", 1).table(
        [["Milestone", "Date"], ["Questions from bidders", "2 May 2027"], ["Submission of proposals", "21 May 2027"]]
    )
    file.head("3. Bidder details", 1)
    file.ask_here("Company name:", shown="Company name: ________________________")
    file.ask_here("Registration number:", shown="Registration number: ____________")
    file.ask_here("Website:", shown="Website: ____________")
    file.head("4. Requirements", 1).say("Tick one box per row and explain in the last column.")
    file.table(
        [
            ["No.", "Requirement", "Yes", "No", "Partial", "Comments"],
            ["4.1", "The solution must support single sign-on with SAML 2.0.", "", "", "", ""],
            ["4.2", "The vendor shall offer support 24 hours a day.", "", "", "", ""],
            ["4.3", "Reports can be exported to Excel.", "", "", "", ""],
        ],
        asks=[
            (1, "The solution must support single sign-on with SAML 2.0.", "r1c2"),
            (2, "The vendor shall offer support 24 hours a day.", "r2c2"),
            (3, "Reports can be exported to Excel.", "r3c2"),
        ],
    )
    file.head("5. Questions", 1)
    file.ask("a) How is the platform priced?", "[Your answer here]")
    file.expected[-1] = ("How is the platform priced?", file.expected[-1][1])
    file.ask("b) Describe your roadmap for the next two years.", "[Your answer here]")
    file.expected[-1] = ("Describe your roadmap for the next two years.", file.expected[-1][1])
    return file.done("rfp.docx")


def controls() -> Sample:
    """Content controls: text, a drop-down, boxes; a merged cell; a table inside a page layout."""
    file = WordFile().head("Due diligence", 0).head("Privacy", 1)
    dropdown = (
        '<w:r><w:t xml:space="preserve">Do you act as a processor? </w:t></w:r><w:sdt><w:sdtPr><w:dropDownList>'
        '<w:listItem w:displayText="Choose an item." w:value=""/><w:listItem w:displayText="Yes" w:value="1"/>'
        '<w:listItem w:displayText="No" w:value="2"/></w:dropDownList><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r>'
        "<w:t>Choose an item.</w:t></w:r></w:sdtContent></w:sdt>"
    )
    file.expected.append(("Do you act as a processor?", file.next))
    file.xml(dropdown)
    text = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/><w:text/></w:sdtPr><w:sdtContent><w:r><w:t>Click or tap here to enter text."
        "</w:t></w:r></w:sdtContent></w:sdt>"
    )
    file.ask("Describe how data subjects' requests are handled.")
    file.expected[-1] = (file.expected[-1][0], file.next)
    file.xml(text)
    file.head("Continuity", 1)
    table = file.table(
        [
            ["Question", "", "Answer"],
            ["Is there a disaster recovery plan?", "", ""],
            ["How often is it tested?", "", ""],
        ],
        asks=[(1, "Is there a disaster recovery plan?", "r1c2"), (2, "How often is it tested?", "r2c2")],
    )
    for row in range(3):
        table.cell(row, 0).merge(table.cell(row, 1))
    file.document.add_paragraph().paragraph_format.left_indent = Inches(1)
    return file.done("diligence.docx")


def bilingual_headings_as_questions() -> Sample:
    """Questions set as headings, the answers asked for in the paragraph below."""
    file = WordFile().head("Preguntas para la oferta", 0).say("Rogamos respondan a las siguientes preguntas.")
    file.head("A. Implantación", 1)
    for text in ("¿Cuánto dura la implantación?", "¿Quién forma el equipo del proyecto?"):
        file.expected.append((text, f"p{len(file.document.paragraphs) + 1}"))
        file.head(text, 2).say("")
    file.head("B. Precio", 1)
    for text in ("Detalle el modelo de licencias.", "¿Qué costes no están incluidos?"):
        file.expected.append((text, f"p{len(file.document.paragraphs) + 1}"))
        file.head(text, 2).say("Respuesta:")
    return file.done("oferta.docx")


def prose_around_questions() -> Sample:
    file = WordFile().head("Request for Information – Learning platform", 0)
    file.head("1. About Litware", 1).say(
        (
            "Litware is a group of 23 schools. Our students must be able to learn anywhere. "
            "Teachers have to prepare courses quickly and should not need IT support."
        ),
        "Our current platform was introduced in 2015. It does not support mobile devices.",
    )
    file.head("2. Scope", 1).say("The platform will cover the following areas:").say(
        "Course catalogue", style="List Bullet"
    ).say("Assessment", style="List Bullet").say("Reporting", style="List Bullet")
    file.head("3. Rules for responses", 1).say(
        "Responses must be sent as PDF to rfi@litware.example by 17:00 on 14 May 2027.",
        "Late responses will not be considered.",
        "Vendors may ask questions until 30 April 2027.",
    )
    file.head("4. Evaluation", 1).table(
        [["Criterion", "Weight"], ["Functionality", "40 %"], ["Price", "35 %"], ["References", "25 %"]]
    )
    file.head("5. Questions to be answered", 1)
    file.head("5.1 Company", 2)
    file.ask("Please describe your company, its history and ownership.", style="List Number").ask(
        "List your five largest customers in education.", style="List Number"
    )
    file.head("5.2 Product", 2)
    file.ask("How are courses created?", style="List Number").ask("Which integrations exist?", style="List Number").ask(
        "What accessibility standards are met? Please include the version.", style="List Number"
    )
    file.head("6. Contact", 1).say("Maria Novak, Procurement, +420 555 0100")
    return file.done("w1.docx")


SAMPLES = (
    prose_around_questions,
    numbered_prose_with_answer_lines,
    automatic_numbers,
    question_and_answer_columns,
    company_form,
    request_for_proposal,
    controls,
    bilingual_headings_as_questions,
)
