"""Words of the command that shows the portfolio, in both languages.

Invariant: both languages say the same things.
"""

from copilot.cli.counts import filled
from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "nobody": "No hay clientes en esta parte de la cartera.",
        "risk": "{expected} que se espera perder en {days:día|días}, de {revenue} al año "
        "({customers:cliente|clientes}). Con un 90 % de probabilidad, entre {low} y {high}.",
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
        "expansion_columns": "Cuenta|Probabilidad|Oportunidades abiertas|ARR|{value}|Compraron "
        "también|Salud|Responsable",
        "more": "y {number} más",
        "forecast": "Oportunidades abiertas hasta el {day}: {due:prevista|previstas}, {overdue} con la fecha pasada.",
        "no_forecast": "No hay previsión: {why}",
        "forecast_columns": "Divisa|Previsión|Intervalo del 80 %|Según los responsables|Importe abierto|Oportunidades",
        "few_closed": "hacen falta {least} oportunidades cerradas con fecha de inicio y de cierre; hay {closed}.",
        "few_of_an_outcome": "hacen falta {least} ganadas y {least} perdidas; hay {won} y {lost}.",
        "short_history": "hacen falta {needed:día|días} de cierres para prever {days}; hay {there}, desde el {since}.",
        "not_ahead": "ese día ya ha pasado.",
        "left_out": "En ninguna suma: {number:oportunidad|oportunidades} {reason}.",
        "no_amount": "sin importe",
        "no_currency": "sin divisa",
        "no_start": "sin fecha de inicio",
        "learnt": "Aprendido de {closed} cerradas desde el {since} ({won} ganadas): con qué edad se ganan y se "
        "pierden, y cuánto se desvió la previsión en periodos pasados.",
        "by_stage": "Por etapas: {count} con historia propia.",
        "no_stages": "La etapa no cuenta todavía: las exportaciones dicen solo la actual, y su historia se guarda "
        "desde ahora.",
        "new_ones": "Las que aún no se han abierto no cuentan.",
        "stated_deals": "Suma de importe por probabilidad de las que sus responsables esperan hasta ese día: {count}.",
        "nothing_open": "No hay ninguna oportunidad abierta que pueda ver.",
        "bad_day": "«{day}» no es una fecha.",
        "pair": "{product}: lo tienen {both} de {whole} que tienen {having}, y {other} de {others} sin él (x{lift}; "
        "{low} – {high})",
        "value_basis": "Valor: ingresos recurrentes por {margin} de margen mientras sigan, al {rate} anual, con su "
        "intervalo del 95 %.",
        "no_value": "Sin valor: hacen falta {least} bajas con fecha o un modelo de bajas; hay {there}.",
        "no_cross": "Sin ventas cruzadas: hacen falta {least} clientes cuyas ventas nombran un producto; hay {there}.",
        "basis.model": "por el modelo de bajas",
        "basis.tenure": "por la antigüedad",
        "no_value.no_revenue": "sin ingresos recurrentes",
        "no_value.no_currency": "sin moneda",
        "no_value.no_tenure": "sin fecha de alta",
        "no_value.few_left": "–",
        "no_cross.few_customers": "–",
        "no_cross.nothing_bought": "ninguna venta suya nombra un producto",
        "no_cross.nothing_sure": "nada seguro",
        "bad_days": "Las probabilidades son de 30, 90 o 180 días.",
        "bad_days_hint": "Ponga --days 30, 90 o 180.",
        "bad_day_hint": "Escriba quarter, next_quarter, half_year o una fecha como 2027-03-31.",
        "unchanged": "igual",
        "value_months": "Valor en {months:mes|meses}",
        "nothing_to_show": "Nadie tiene una ampliación abierta. Con --all se ve a todos los clientes.",
    },
    Language.EN: {
        "nobody": "No customer is in this part of the portfolio.",
        "risk": "{expected} expected to leave within {days:day|days}, of {revenue} a year "
        "({customers:customer|customers}). With 90 % probability between {low} and {high}.",
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
        "expansion_columns": "Account|Probability|Open opportunities|ARR|{value}|Others bought as well|Health|Owner",
        "more": "and {number} more",
        "forecast": "Open deals until {day}: {due} expected, {overdue} past their day.",
        "no_forecast": "There is no forecast: {why}",
        "forecast_columns": "Currency|Forecast|80 % interval|The owners' own|Open amount|Deals",
        "few_closed": "it needs {least} closed deals with the days of beginning and closing; there are {closed}.",
        "few_of_an_outcome": "it needs {least} won and {least} lost; there are {won} and {lost}.",
        "short_history": "it needs {needed:day|days} of closed deals to look {days} ahead; there are {there}, since "
        "{since}.",
        "not_ahead": "that day has passed.",
        "left_out": "In no sum: {number:deal|deals} {reason}.",
        "no_amount": "without an amount",
        "no_currency": "without a currency",
        "no_start": "without a day on which they began",
        "learnt": "Learnt from {closed} closed ones since {since} ({won} won): at what age deals are won and lost, "
        "and how far off the forecast was in periods of the past.",
        "by_stage": "By stage: {count} with a history of their own.",
        "no_stages": "The stage does not count yet: exports say only the present one, and its history is kept from "
        "now on.",
        "new_ones": "Deals that are still to begin do not count.",
        "stated_deals": "Sum of amount times probability of those that their owners expect by that day: {count}.",
        "nothing_open": "There is no open deal that you can see.",
        "bad_day": "“{day}” is no date.",
        "pair": "{product}: {both} of {whole} who have {having} have it, and {other} of {others} without (x{lift}; "
        "{low} – {high})",
        "value_basis": "Value: recurring revenue times a margin of {margin} while they stay, at {rate} a year, with "
        "its 95% interval.",
        "no_value": "No value: it needs {least} departures on a known day or a model of leaving; there are {there}.",
        "no_cross": "No cross-sell: it needs {least} customers whose sales name a product; there are {there}.",
        "basis.model": "by the model of leaving",
        "basis.tenure": "by tenure",
        "no_value.no_revenue": "no recurring revenue",
        "no_value.no_currency": "no currency",
        "no_value.no_tenure": "no first day as a customer",
        "no_value.few_left": "–",
        "no_cross.few_customers": "–",
        "no_cross.nothing_bought": "no sale to them names a product",
        "no_cross.nothing_sure": "nothing sure",
        "bad_days": "Probabilities are for 30, 90 or 180 days.",
        "bad_days_hint": "Say --days 30, 90 or 180.",
        "bad_day_hint": "Write quarter, next_quarter, half_year or a day like 2027-03-31.",
        "unchanged": "same",
        "value_months": "Value over {months:month|months}",
        "nothing_to_show": "Nobody has an open expansion opportunity. --all shows every customer.",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text with its values."""
    return filled(TEXTS[language][key], language, values)
