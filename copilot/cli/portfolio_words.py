"""Words of the command that shows the portfolio, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "nobody": "No hay clientes en esta parte de la cartera.",
        "risk": "{expected} que se espera perder en {days} días, de {revenue} al año ({customers} clientes). Con un "
        "90 % de probabilidad, entre {low} y {high}.",
        "before": "  Hace una semana: {amount}.",
        "no_risk": "No hay probabilidad de que se vayan. {why}",
        "certain": "Han anunciado que se van: {customers} ({sums}).",
        "unscored": "Fuera de las cifras, se sabe demasiado poco: {customers} ({sums}).",
        "unpaid": "Fuera de las sumas, ingresos sin dato: {customers}.",
        "risk_columns": "Cuenta|En juego|Probabilidad|ARR|Salud|Renovación",
        "health_columns": "Salud|Clientes|ARR|Sin dato",
        "good": "Bien",
        "watch": "A vigilar",
        "bad": "Mal",
        "unscored_band": "Sin puntuación",
        "moved": "Desde el {day}: {worse} en una banda peor, {better} en una mejor, {steady} en la misma; "
        "{not_compared} sin comparar.",
        "came_and_left": "Nuevos: {came}. Se han ido: {left}.",
        "moved_columns": "Cuenta|Antes|Ahora|Cambio|Salud",
        "month_columns": "Mes|Clientes|ARR|Mal|A vigilar|Bien|Sin puntuación",
        "past": "Con la fecha pasada: {customers}. Más tarde: {later}. Sin fecha: {without}. Se van: {leaving}.",
        "renewal_columns": "Renovación|Cuenta|ARR|Salud|Responsable",
        "no_expansion": "No se ordenan por lo probable que es que compren más. {why}",
        "expansion_columns": "Cuenta|Probabilidad|Oportunidades abiertas|ARR|Valor|También|Salud|Responsable",
        "more": "y {number} más",
        "forecast": "Oportunidades abiertas hasta el {day}: {due} previstas, {overdue} con la fecha pasada.",
        "no_forecast": "No hay previsión: {why} ({won} ganadas de {closed} cerradas).",
        "forecast_columns": "Divisa|Previsión|Intervalo del 80 %|Según los responsables|Importe abierto|Oportunidades",
        "few_closed": "se han cerrado muy pocas oportunidades como para aprender de ellas: hacen falta 50",
        "few_of_an_outcome": "se han ganado, o perdido, muy pocas oportunidades como para aprender de ellas: hacen "
        "falta 10 de cada",
        "short_history": "las oportunidades no se han seguido durante el triple del tiempo que se quiere prever",
        "not_ahead": "la fecha ya ha pasado",
        "left_out": "En ninguna suma: {number} {reason}.",
        "no_amount": "sin importe",
        "no_currency": "sin divisa",
        "no_start": "sin fecha de inicio",
    },
    Language.EN: {
        "nobody": "No customer is in this part of the portfolio.",
        "risk": "{expected} expected to leave within {days} days, of {revenue} a year ({customers} customers). With "
        "90 % probability between {low} and {high}.",
        "before": "  A week ago: {amount}.",
        "no_risk": "There is no probability of leaving. {why}",
        "certain": "Have said that they leave: {customers} ({sums}).",
        "unscored": "In no figure, too little is known: {customers} ({sums}).",
        "unpaid": "In no sum, revenue not known: {customers}.",
        "risk_columns": "Account|At stake|Probability|ARR|Health|Renewal",
        "health_columns": "Health|Customers|ARR|Not known",
        "good": "Good",
        "watch": "To watch",
        "bad": "Bad",
        "unscored_band": "Without a score",
        "moved": "Since {day}: {worse} in a worse band, {better} in a better one, {steady} in the same; "
        "{not_compared} not compared.",
        "came_and_left": "New: {came}. Left: {left}.",
        "moved_columns": "Account|Before|Now|Change|Health",
        "month_columns": "Month|Customers|ARR|Bad|To watch|Good|Without a score",
        "past": "Their day has passed: {customers}. Later: {later}. Without a day: {without}. Leaving: {leaving}.",
        "renewal_columns": "Renewal|Account|ARR|Health|Owner",
        "no_expansion": "Nobody is ranked by how likely they are to buy more. {why}",
        "expansion_columns": "Account|Probability|Open opportunities|ARR|Value|Also|Health|Owner",
        "more": "and {number} more",
        "forecast": "Open deals until {day}: {due} expected, {overdue} past their day.",
        "no_forecast": "There is no forecast: {why} ({won} won of {closed} closed).",
        "forecast_columns": "Currency|Forecast|80 % interval|The owners' own|Open amount|Deals",
        "few_closed": "too few deals were closed so far to learn from: it takes 50",
        "few_of_an_outcome": "too few deals were won, or lost, to learn from: it takes 10 of each",
        "short_history": "deals have not been watched for three times as long as this looks ahead",
        "not_ahead": "the day has passed",
        "left_out": "In no sum: {number} {reason}.",
        "no_amount": "without an amount",
        "no_currency": "without a currency",
        "no_start": "without a day on which they began",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text with its values."""
    return TEXTS[language][key].format(**values)
