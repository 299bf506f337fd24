"""Words about scores, in both languages.

Invariant: both languages say the same; a sentence about a score says the day's figure as its evidence has it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import CHURN_DAYS, Band, Missing, ScoreKind, ScoreModel
from copilot.domain.signal_words import signal_name
from copilot.domain.signals import Signal
from copilot.scoring.refusals import refusal_text

_Pair = tuple[str, str]

_TITLES: Mapping[ScoreKind, _Pair] = {
    ScoreKind.HEALTH: ("Salud", "Health"),
    ScoreKind.CHURN_30: ("Probabilidad de baja en 30 días", "Probability of leaving within 30 days"),
    ScoreKind.CHURN_90: ("Probabilidad de baja en 90 días", "Probability of leaving within 90 days"),
    ScoreKind.CHURN_180: ("Probabilidad de baja en 180 días", "Probability of leaving within 180 days"),
    ScoreKind.EXPANSION: ("Probabilidad de ampliar en 180 días", "Probability of buying more within 180 days"),
    ScoreKind.LEAD: ("Prioridad como cliente potencial", "Priority as a lead"),
}
_BANDS: Mapping[Band, _Pair] = {
    Band.GOOD: ("bien", "good"),
    Band.WATCH: ("a vigilar", "to watch"),
    Band.BAD: ("mal", "bad"),
}
_LEAD_BANDS: Mapping[Band, _Pair] = {
    Band.GOOD: ("alta", "high"),
    Band.WATCH: ("media", "medium"),
    Band.BAD: ("baja", "low"),
}
_LIKELIHOODS: Mapping[Band, _Pair] = {
    Band.GOOD: ("probable", "likely"),
    Band.WATCH: ("posible", "possible"),
    Band.BAD: ("poco probable", "unlikely"),
}
_BANDS_OF = {ScoreKind.LEAD: _LEAD_BANDS, ScoreKind.EXPANSION: _LIKELIHOODS}
_COLUMNS: Mapping[str, _Pair] = {
    "segment": ("segmento", "segment"),
    "industry": ("sector", "industry"),
    "country": ("país", "country"),
    "language": ("idioma", "language"),
    "employees": ("empleados", "employees"),
    "contacts": ("contactos conocidos", "known contacts"),
    "open_deals": ("oportunidades abiertas", "open deals"),
    "meetings_90d": ("reuniones en 90 días", "meetings in 90 days"),
}
_NOT_CALCULATED = ("Sin calcular. {why}", "Not calculated. {why}")
_LEAVING = ("Probabilidad de baja", "Probability of leaving")


def title(kind: ScoreKind, language: Language) -> str:
    """What the score is called."""
    return _of(_TITLES[kind], language)


def titles(kinds: Sequence[ScoreKind], language: Language) -> str:
    """What several scores are called; the probabilities of leaving by one name if all of them are there."""
    leaving = [kind for kind in kinds if kind in CHURN_DAYS]
    if len(leaving) < len(CHURN_DAYS):
        return "; ".join(title(kind, language) for kind in kinds)
    rest = [title(kind, language) for kind in kinds if kind not in CHURN_DAYS]
    return "; ".join([_of(_LEAVING, language), *rest])


def band_words(band: Band | None, language: Language, *, kind: ScoreKind = ScoreKind.HEALTH) -> str:
    """How a score reads; a lead of low priority is no bad news, nor is a customer who has what they need."""
    return "" if band is None else _of(_BANDS_OF.get(kind, _BANDS)[band], language)


def column_words(name: str, language: Language) -> str:
    """What a signal, or a column of the account, is called within a sentence."""
    if name in Signal.__members__.values():
        called = signal_name(Signal(name), language)
        return called if called.split()[0].isupper() else f"{called[0].lower()}{called[1:]}"
    return _of(_COLUMNS.get(name, (name, name)), language)


def shown(kind: ScoreKind, value: float | None, language: Language) -> str:
    """`40`, `23%`, `3.4%`; a dash where there is none."""
    if value is None:
        return "—"
    formatter = Formatter(language)
    if is_points(kind):
        return formatter.number(Decimal(round(value)))
    return formatter.percent(percent(value))


def canonical(kind: ScoreKind, value: float | None) -> str:
    """`40 of 100`, `23 %`: the same figure in the words of evidence."""
    if value is None:
        return "unknown"
    return f"{round(value)} of 100" if is_points(kind) else f"{percent(value)} %"


def is_points(kind: ScoreKind) -> bool:
    """Whether the score is one of 0 to 100; else it is a probability."""
    return kind in {ScoreKind.HEALTH, ScoreKind.LEAD}


def percent(value: float) -> Decimal:
    """A probability as people read it: whole percents, for it is not known better, with one decimal where that is all
    there is to it; never quite nothing nor quite certain."""
    rounded = min(max(Decimal(repr(value * 100)).quantize(Decimal("0.1")), Decimal("0.1")), Decimal("99.9"))
    is_whole = Decimal(10) <= rounded <= Decimal(99) or rounded == rounded.to_integral_value()
    return rounded.quantize(Decimal(1)) if is_whole else rounded


def sentence(kind: ScoreKind, value: float, band: Band | None, language: Language) -> str:
    """The score, as a sentence."""
    told = shown(kind, value, language)
    if is_points(kind):
        told = _of(("{} de 100", "{} out of 100"), language).format(told)
    reads = f" ({band_words(band, language, kind=kind)})" if band else ""
    return f"{title(kind, language)}: {told}{reads}."


def why_not(
    missing: Missing | None, language: Language, *, model: ScoreModel | None = None, lacking: Sequence[Signal] = ()
) -> str:
    """Why there is no score, and what would make one possible. `lacking` are the signals that count most of those
    that are not known."""
    if missing is Missing.FEW_SIGNALS:
        names = "; ".join(signal_name(signal, language) for signal in lacking)
        few = (
            "No se calcula: se sabe muy poco de esta cuenta. Ayudaría sobre todo conocer: {names}.",
            "It is not calculated: too little is known of this account. It would help most to know: {names}.",
        )
        return _of(few, language).format(names=names)
    if missing is Missing.NOT_A_CUSTOMER:
        return _of(("No se calcula: no es cliente.", "It is not calculated: it is no customer."), language)
    why = refusal_text(model, language, advises="") or ""
    return _of(_NOT_CALCULATED, language).format(why=why)


def is_leaving(kind: ScoreKind) -> bool:
    """Whether more is bad news."""
    return kind in CHURN_DAYS


def _of(pair: _Pair, language: Language) -> str:
    return pair[0] if language is Language.ES else pair[1]
