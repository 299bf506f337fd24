"""Names of fields, record types and roles in both languages, as people of the trade say them."""

from copilot.domain.language import Language
from copilot.domain.records import OpportunityKind, Stance

RECORD_TYPES = {
    "account": ("Cuenta", "Account"),
    "contact": ("Contacto", "Contact"),
    "opportunity": ("Oportunidad", "Opportunity"),
    "activity": ("Actividad", "Activity"),
    "ticket": ("Ticket", "Ticket"),
    "survey": ("Encuesta", "Survey"),
    "usage_point": ("Uso", "Usage"),
    "invoice": ("Factura", "Invoice"),
}

FIELDS = {
    "arr": ("el ARR", "the ARR"),
    "renewal_date": ("la fecha de renovación", "the renewal date"),
    "seats_licensed": ("las licencias contratadas", "the licensed seats"),
    "industry": ("el sector", "the industry"),
    "country": ("el país", "the country"),
    "employees": ("el número de empleados", "the number of employees"),
    "decision_maker": ("quién decide", "who decides"),
    "owner_email": ("el responsable", "the owner"),
    "customer_since": ("la fecha de alta como cliente", "the date they became a customer"),
    "lifecycle": ("la fase del ciclo de vida", "the lifecycle stage"),
    "currency": ("la moneda", "the currency"),
    "segment": ("el segmento", "the segment"),
    "next_step": ("el próximo paso", "the next step"),
    "amount": ("el importe", "the amount"),
    "close_date": ("la fecha de cierre", "the close date"),
    "stage": ("la etapa", "the stage"),
    "probability": ("la probabilidad", "the probability"),
    "owner_name": ("el responsable", "the owner"),
    "product_name": ("el producto", "the product"),
    "title": ("el cargo", "the job title"),
    "email": ("el correo electrónico", "the email address"),
    "stance": ("la postura", "the stance"),
    "phone": ("el teléfono", "the phone number"),
    "left_on": ("la fecha de salida", "the day they left"),
    "churned_on": ("el último día como cliente", "the last day as a customer"),
}

STANCES = {
    Stance.CHAMPION: ("impulsa el proyecto", "champion"),
    Stance.SUPPORTER: ("a favor", "supporter"),
    Stance.NEUTRAL: ("neutral", "neutral"),
    Stance.SCEPTIC: ("con reservas", "sceptic"),
    Stance.BLOCKER: ("en contra", "blocker"),
}

OPPORTUNITY_KINDS = {
    OpportunityKind.NEW_BUSINESS: ("nueva venta", "new business"),
    OpportunityKind.RENEWAL: ("renovación", "renewal"),
    OpportunityKind.EXPANSION: ("ampliación", "expansion"),
}

SECTION_TITLES = {
    "summary": ("En dos frases", "In two sentences"),
    "changes": ("Qué ha cambiado", "What has changed"),
    "people": ("Personas y postura", "People and where they stand"),
    "opportunities": ("Oportunidades abiertas y su estado real", "Open opportunities and their real status"),
    "trends": ("Soporte, uso y satisfacción", "Support, usage and satisfaction"),
    "commitments": ("Compromisos", "Commitments"),
    "renewal": ("Renovación y señales de riesgo", "Renewal and risk signals"),
    "next_steps": ("Próximos pasos propuestos", "Suggested next steps"),
    "data_problems": (
        "Lo que falta, está desfasado o se contradice",
        "What is missing, stale or contradictory",
    ),
}


def pick(pair: tuple[str, str], *, language: Language) -> str:
    """The half of a (Spanish, English) pair for a language."""
    return pair[0] if language is Language.ES else pair[1]
