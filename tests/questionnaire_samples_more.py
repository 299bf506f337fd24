"""More invented Word questionnaires: the shapes that are easily read wrong."""

from tests.questionnaire_documents import Sample, WordFile


def lines_of_underscores() -> Sample:
    file = (
        WordFile()
        .say("VENDOR QUESTIONNAIRE", bold=True)
        .say("This form must be returned by 3 June 2027 to vendor.risk@adatum.example.")
    )
    file.say("Section 1 – General", bold=True)
    for text in (
        "How long has your company been in business?",
        "What is your annual turnover?",
        "Please provide three customer references.",
    ):
        file.ask(text, "______________________________", "______________________________")
    file.say("Section 2 – Security", bold=True)
    for text in (
        "Are employees required to sign a confidentiality agreement?",
        "Describe physical access controls at your offices",
    ):
        file.ask(text, "______________________________")
    return file.done("d3.docx")


def limits_in_answer_marks() -> Sample:
    file = (
        WordFile()
        .head("RFI: Data platform", 1)
        .head("Guidance for respondents", 2)
        .say("Keep answers short.", "Each answer has a word limit.")
    )
    file.head("Questions", 2)
    for index, text in enumerate(
        (
            "What data sources can be connected?",
            "Explain how lineage is captured.",
            "Does the platform support row-level security?",
            "If so, how is it configured?",
        ),
        1,
    ):
        file.ask(text, "Answer (max 300 words):", shown=f"Q{index}. {text}")
    return file.done("d4.docx")


def a_table_for_each_question() -> Sample:
    file = WordFile().head("Cuestionario ESG", 0).head("Medio ambiente", 1)
    for index, text in enumerate(
        (
            "1. ¿Dispone de una política medioambiental?",
            "2. Describa las medidas de reducción de emisiones.",
            "3. ¿Ha sido sancionada la empresa en los últimos tres años? En caso afirmativo, detalle los motivos.",
        )
    ):
        table = file.table([[text, ""], ["", ""]])
        table.cell(0, 0).merge(table.cell(0, 1))
        table.cell(1, 0).merge(table.cell(1, 1))
        file.document.add_paragraph()
        file.expected.append((text[3:], f"t{index}r1c0"))
    return file.done("d5.docx")


def requirements_in_prose() -> Sample:
    file = (
        WordFile()
        .head("Pliego de prescripciones técnicas", 0)
        .head("1. Objeto", 1)
        .say(
            "El objeto del presente pliego es la contratación de un servicio de atención a "
            "usuarios. El adjudicatario deberá prestar el servicio durante dos años."
        )
    )
    file.head("2. Requisitos del servicio", 1)
    for number, text in (
        ("2.1", "El licitador deberá disponer de un centro de atención en España."),
        ("2.2", "El servicio se prestará de lunes a domingo, las 24 horas."),
        ("2.3", "El licitador presentará un plan de transición."),
    ):
        file.ask(text, "Respuesta del licitador:", shown=f"{number} {text}")
    file.head("3. Criterios de valoración", 1).say("Precio: 60 puntos. Calidad técnica: 40 puntos.")
    return file.done("d6.docx")


def fields_and_ticks() -> Sample:
    file = WordFile().head("Onboarding questionnaire", 0).head("Part A: About you", 1)
    file.table(
        [
            ["Field", "Your answer"],
            ["Company name", ""],
            ["Primary contact (name and e-mail)", ""],
            ["Headquarters", ""],
        ],
        asks=[
            (1, "Company name", "r1c1"),
            (2, "Primary contact (name and e-mail)", "r2c1"),
            (3, "Headquarters", "r3c1"),
        ],
    )
    file.head("Part B: Security controls", 1)
    file.table(
        [
            ["#", "Control question", "Yes", "No", "N/A", "Remarks"],
            ["B1", "Are firewalls reviewed yearly?", "☐", "☐", "☐", ""],
            ["B2", "Is there a clean desk policy?", "☐", "☐", "☐", ""],
        ],
        asks=[(1, "Are firewalls reviewed yearly?", "r1c2"), (2, "Is there a clean desk policy?", "r2c2")],
    )
    file.head("Part C: Open questions", 1)
    file.ask("What differentiates you from your competitors?", "", "", style="List Bullet").ask(
        "How do you measure customer satisfaction?", "", "", style="List Bullet"
    )
    return file.done("d7.docx")


def a_letter_with_questions() -> Sample:
    file = WordFile().head("Evaluación de proveedor", 0)
    file.say(
        "Estimado proveedor:",
        (
            "Como parte de nuestro proceso de evaluación, le rogamos que responda a las preguntas "
            "siguientes y nos devuelva este documento antes del 10 de mayo de 2027."
        ),
    )
    file.say("A. ORGANIZACIÓN")
    for text in (
        "1. ¿Cuántos empleados tiene?",
        "2. ¿Tiene filiales en el extranjero?   ☐ Sí  ☐ No",
        "3. Nombre del responsable de protección de datos: ....................",
        "4. Adjunte organigrama.",
    ):
        file.say(text)
    file.expected += [
        ("¿Cuántos empleados tiene?", None),
        ("¿Tiene filiales en el extranjero?", "p5"),
        ("Nombre del responsable de protección de datos", "p6"),
        ("Adjunte organigrama.", None),
    ]
    file.say("B. SERVICIO")
    file.ask("¿Qué horario de soporte ofrece?", "R:", shown="5. ¿Qué horario de soporte ofrece?").ask(
        "Explique el procedimiento de escalado.", "R:", shown="6. Explique el procedimiento de escalado."
    )
    file.say("Atentamente,", "Departamento de Compras")
    return file.done("d8.docx")


def sections_between_ticks() -> Sample:
    file = WordFile().head("Cuestionario RGPD", 0)
    file.table(
        [["Proveedor", ""], ["Servicio prestado", ""], ["Fecha", ""], ["Cumplimentado por", ""]],
        asks=[
            (0, "Proveedor", "r0c1"),
            (1, "Servicio prestado", "r1c1"),
            (2, "Fecha", "r2c1"),
            (3, "Cumplimentado por", "r3c1"),
        ],
    )
    file.say("")
    table = file.table(
        [
            ["CUESTIONARIO RGPD", "", "", ""],
            ["Pregunta", "Sí", "No", "Observaciones"],
            ["1. Delegado de protección de datos", "", "", ""],
            ["¿Ha designado un DPD?", "", "", ""],
            ["¿Se ha comunicado a la AEPD?", "", "", ""],
            ["2. Medidas", "", "", ""],
            ["¿Se realizan evaluaciones de impacto?", "", "", ""],
        ],
        asks=[
            (3, "¿Ha designado un DPD?", "r3c1"),
            (4, "¿Se ha comunicado a la AEPD?", "r4c1"),
            (6, "¿Se realizan evaluaciones de impacto?", "r6c1"),
        ],
    )
    table.cell(0, 0).merge(table.cell(0, 3))
    table.cell(2, 0).merge(table.cell(2, 3))
    table.cell(5, 0).merge(table.cell(5, 3))
    return file.done("w2.docx")


def answer_and_evidence_below() -> Sample:
    file = WordFile().head("Security Assessment", 0)
    for number, (title, texts) in enumerate(
        {
            "Application security": [
                "Do you follow a secure development lifecycle?",
                "Is source code reviewed before release?",
            ],
            "Vulnerability management": [
                "How often do you scan for vulnerabilities?",
                "What is the target time for fixing critical findings?",
            ],
        }.items(),
        1,
    ):
        file.say(f"{number}. {title}", bold=True)
        for place, text in enumerate(texts, 1):
            file.say(f"{number}.{place} {text}")
            index = len(file.document.tables)
            file.table([["Answer", ""], ["Evidence", ""]])
            file.expected.append((text, f"t{index}r0c1"))
    return file.done("w3.docx")


def sections_merged_downwards() -> Sample:
    file = (
        WordFile().head("Preguntas técnicas", 0).say("Responder en la columna derecha con un máximo de 100 palabras.")
    )
    table = file.table(
        [
            ["Bloque", "Pregunta", "Respuesta"],
            ["Arquitectura", "¿Qué base de datos se utiliza?", ""],
            ["", "¿Cómo se escala el servicio?", ""],
            ["Soporte", "¿Cuál es el tiempo de respuesta garantizado?", ""],
            ["", "Aporte el modelo de ANS.", ""],
        ],
        asks=[
            (1, "¿Qué base de datos se utiliza?", "r1c2"),
            (2, "¿Cómo se escala el servicio?", "r2c2"),
            (3, "¿Cuál es el tiempo de respuesta garantizado?", "r3c2"),
            (4, "Aporte el modelo de ANS.", "r4c2"),
        ],
    )
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(4, 0))
    return file.done("w4.docx")


def statements_to_agree_with() -> Sample:
    file = WordFile().head("Supplier self-assessment", 0).say("For each statement, tick the box that applies.")
    for text in (
        "We have an anti-bribery policy.",
        "Employees are trained on it every year.",
        "We screen our own suppliers.",
    ):
        file.say(text)
        file.expected.append((text, file.next))
        file.say("☐ Agree   ☐ Partly   ☐ Disagree")
    file.say("Additional comments:")
    file.say("")
    file.head("Declaration", 1).say(
        "I declare that the information is correct.",
        "Name: __________",
        "Position: __________",
        "Signature: __________",
    )
    return file.done("w5.docx")


def texts_that_stand_for_answers() -> Sample:
    file = WordFile().head("Questionnaire", 0).head("Data protection", 1)
    file.ask(
        "Do you process special categories of data? If yes, specify which and on which legal basis.",
        "[Please insert your answer]",
        shown="3.1.1. Do you process special categories of data? If yes, specify which and on which legal basis.",
    )
    file.ask("Do you use cookies?", "[Please insert your answer]", shown="3.1.2. Do you use cookies?")
    file.ask(
        "If no, how do you measure use?", "[Please insert your answer]", shown="3.1.3. If no, how do you measure use?"
    )
    file.say("Guidance: analytics tools count as cookies.")
    file.ask("Retention periods", "[Please insert your answer]", shown="3.1.4. Retention periods")
    return file.done("w6.docx")


def labels_in_lists() -> Sample:
    file = WordFile().head("Information request", 0)
    file.say("Company profile", bold=True)
    for text in ("Year of foundation", "Number of customers", "Main markets"):
        file.ask(f"{text}:", "", style="List Bullet")
    file.say("Technology", bold=True)
    for text in ("Which programming languages are used?", "Where is the product developed?"):
        file.ask(text, "", style="List Bullet")
    return file.done("x1.docx")


def a_table_without_headers() -> Sample:
    file = WordFile().head("Due diligence questionnaire", 0)
    file.table(
        [
            ["1", "Corporate information", ""],
            ["1.1", "Registered name", ""],
            ["1.2", "Is the company listed on a stock exchange?", ""],
            ["2", "Finance", ""],
            ["2.1", "State the turnover of the last three years.", ""],
            ["2.2", "Auditor", ""],
        ],
        asks=[
            (1, "Registered name", "r1c2"),
            (2, "Is the company listed on a stock exchange?", "r2c2"),
            (4, "State the turnover of the last three years.", "r4c2"),
            (5, "Auditor", "r5c2"),
        ],
    )
    return file.done("x3.docx")


def columns_of_the_assessor() -> Sample:
    file = WordFile().head("Assessment", 0)
    file.table(
        [
            ["Control ID", "Control", "Implementation status", "Description of implementation", "Assessor notes"],
            ["AC-01", "Access is reviewed quarterly.", "", "", ""],
            ["AC-02", "Accounts are disabled within 24 hours after an employee leaves.", "", "", ""],
            ["IR-01", "Is there an incident response team?", "", "", ""],
        ],
        asks=[
            (1, "Access is reviewed quarterly.", "r1c2"),
            (2, "Accounts are disabled within 24 hours after an employee leaves.", "r2c2"),
            (3, "Is there an incident response team?", "r3c2"),
        ],
    )
    return file.done("x4.docx")


def dotted_gaps() -> Sample:
    file = WordFile().head("Formulario de alta", 0).say("Los campos marcados con * son obligatorios.")
    for label in ("Nombre comercial *", "Dirección", "Código postal", "Correo electrónico de facturación *"):
        file.ask_here(f"{label}:", shown=f"{label}: ........................")
    file.head("Actividad", 1)
    file.ask("Sector de actividad", "☐ Industria", "☐ Servicios", "☐ Administración pública")
    file.ask("¿Trabaja con datos de salud?", "Sí ☐   No ☐")
    return file.done("x5.docx")


def answers_given_before() -> Sample:
    file = WordFile().head("Questions from the committee", 1)
    file.say(
        "The committee met on 3 March 2027 and has the following questions. Answers are expected by 19 March 2027."
    )
    for text, given in (
        ("1. How will the migration be staffed?", "We will staff it with two engineers."),
        ("2. What is the fallback plan?", "To be completed"),
    ):
        file.say(text)
        file.expected.append((text[3:], file.next))
        file.say(f"Answer: {given}")
    file.ask("Could the pilot start earlier?", "Answer:", shown="3. Could the pilot start earlier?")
    return file.done("x6.docx")


def boxes_with_comments() -> Sample:
    file = WordFile().head("Annex B", 0).head("B.1 Security requirements", 1)
    for number, text in (
        ("B.1.1", "All data in transit must be encrypted with TLS 1.2 or higher."),
        ("B.1.2", "The provider must notify incidents within 72 hours."),
        ("B.1.3", "Penetration tests are carried out at least once a year."),
    ):
        file.say(f"{number} {text}")
        file.expected.append((text, file.next))
        file.say("☐ Compliant  ☐ Partially compliant  ☐ Not compliant")
        file.say("Comments:")
    return file.done("x7.docx")


SAMPLES = (
    lines_of_underscores,
    limits_in_answer_marks,
    a_table_for_each_question,
    requirements_in_prose,
    fields_and_ticks,
    a_letter_with_questions,
    sections_between_ticks,
    answer_and_evidence_below,
    sections_merged_downwards,
    statements_to_agree_with,
    texts_that_stand_for_answers,
    labels_in_lists,
    a_table_without_headers,
    columns_of_the_assessor,
    dotted_gaps,
    answers_given_before,
    boxes_with_comments,
)
