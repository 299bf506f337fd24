"""What each metric is called and how it is computed, for people, in both languages.

Invariant: every metric of `copilot.store.account_metrics` has a formula here, and so has every signal (tested).
"""

from copilot.domain.language import Language
from copilot.domain.signal_formulas import FORMULAS as SIGNAL_FORMULAS

_USAGE_RECENT = (
    "media de los 4 últimos puntos semanales",
    "mean of the 4 latest weekly points",
)
_USAGE_PRIOR = (
    "media de los 4 puntos semanales de 13 semanas antes (puntos 14 a 17 contando hacia atrás)",
    "mean of the 4 weekly points 13 weeks earlier (points 14 to 17 counted back)",
)
_USAGE_CHANGE = ("(reciente - anterior) / anterior × 100", "(recent - prior) / prior × 100")

_FORMULAS: dict[str, tuple[str, str]] = {
    "days_to_renewal": ("fecha de renovación - hoy, en días", "renewal date - today, in days"),
    "open_opportunities": ("oportunidades abiertas", "count of open opportunities"),
    "open_pipeline": (
        "suma de los importes de las oportunidades abiertas, por moneda",
        "sum of the amounts of open opportunities, per currency",
    ),
    "overdue_opportunities": (
        "oportunidades abiertas con fecha de cierre anterior a hoy",
        "open opportunities whose close date is before today",
    ),
    "tickets_open": ("tickets que no están cerrados", "tickets that are not closed"),
    "tickets_open_p1": ("tickets P1 que no están cerrados", "P1 tickets that are not closed"),
    "tickets_opened_90d": ("tickets abiertos en los últimos 90 días", "tickets opened in the last 90 days"),
    "tickets_opened_prev_90d": (
        "tickets abiertos en los 90 días anteriores a esos",
        "tickets opened in the 90 days before those",
    ),
    "median_days_to_close_180d": (
        "mediana de días entre apertura y cierre de los tickets cerrados en los últimos 180 días",
        "median days from opening to closing of the tickets closed in the last 180 days",
    ),
    "seat_utilisation_pct": (
        "usuarios activos recientes / licencias × 100",
        "recent active users / licensed seats × 100",
    ),
    "nps_latest": ("última respuesta NPS", "latest NPS answer"),
    "nps_previous": ("penúltima respuesta NPS", "last NPS answer but one"),
    "csat_mean_180d": (
        "media de las respuestas CSAT de los últimos 180 días",
        "mean of the CSAT answers of the last 180 days",
    ),
    "last_activity": (
        "día de la última actividad: registrada en el CRM o en un correo, llamada o nota importados",
        "day of the last activity: logged in the CRM, or in an imported email, call or note",
    ),
    "days_since_last_inbound": (
        "días desde el último correo, llamada o reunión entrante, registrado o importado",
        "days since the last inbound email, call or meeting, logged or imported",
    ),
}


_SIGNAL_FORMULAS = {signal.value: words for signal, words in SIGNAL_FORMULAS.items()}


def metric_formula(name: str, *, language: Language) -> str:
    """How the metric is computed, in words. Usage metrics are recognised by their ending."""
    spanish, english = _FORMULAS.get(name) or _usage_formula(name) or _SIGNAL_FORMULAS.get(name) or _BY_QUERY
    return spanish if language is Language.ES else english


_BY_QUERY = ("calculado por consulta", "computed by query")


def _usage_formula(name: str) -> tuple[str, str] | None:
    for ending, words in (("_recent", _USAGE_RECENT), ("_prior", _USAGE_PRIOR), ("_change_pct", _USAGE_CHANGE)):
        if name.endswith(ending):
            return words
    return None
