"""Both languages carry the same figures and rest on the same evidence, whatever the facts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.account_facts import Metric
from copilot.domain.language import Language
from copilot.domain.records import Lifecycle, OpportunityKind, Stance
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.offline import OfflineWriter
from evals.brief.scoring import figures_of
from tests.brief_builders import TODAY, account, contact, context, email, metrics, opportunity

_DAYS = st.dates(min_value=TODAY - timedelta(days=400), max_value=TODAY + timedelta(days=400))
_AMOUNTS = st.decimals(min_value=1, max_value=9_999_999, places=2)
_MAYBE_NUMBER = st.none() | st.integers(min_value=0, max_value=500).map(str)
_CHANGES = st.none() | st.decimals(min_value=-99, max_value=300, places=1).map(str)


@st.composite
def known(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of an account, with gaps."""
    people = tuple(
        contact(name, stance=draw(st.none() | st.sampled_from(Stance)), left_on=draw(st.none() | _DAYS))
        for name in ("Marta Ruiz Gil", "Íñigo Larrea", "Hilda Rojas")[: draw(st.integers(0, 3))]
    )
    deals = tuple(
        opportunity(
            source_id=f"O{number}",
            kind=draw(st.none() | st.sampled_from(OpportunityKind)),
            amount=draw(st.none() | _AMOUNTS),
            currency=draw(st.sampled_from(["EUR", "USD", "GBP", "CLP"])),
            close_date=draw(st.none() | _DAYS),
            stage_changed_on=draw(st.none() | _DAYS),
            next_step=draw(st.none() | st.just("Llamar el 3/12 a las 10")),
            probability=draw(st.none() | st.integers(0, 100)),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    renewal = draw(st.none() | _DAYS)
    days = None if renewal is None else str((renewal - TODAY).days)
    measured: dict[str, Metric | str | None] = {
        "days_to_renewal": days,
        "active_users_recent": draw(_MAYBE_NUMBER),
        "active_users_prior": draw(_MAYBE_NUMBER),
        "active_users_change_pct": draw(_CHANGES),
        "seat_utilisation_pct": draw(_CHANGES),
        "tickets_open": draw(st.integers(0, 40).map(str)),
        "tickets_open_p1": draw(st.integers(0, 3).map(str)),
        "tickets_opened_90d": draw(st.integers(0, 40).map(str)),
        "open_opportunities": str(len(deals)),
    }
    return {
        "account": account(
            lifecycle=draw(st.none() | st.sampled_from(Lifecycle)),
            arr=draw(st.none() | _AMOUNTS),
            seats_licensed=draw(st.none() | st.integers(1, 5000)),
            renewal_date=renewal,
            customer_since=draw(st.none() | _DAYS),
        ),
        "contacts": people,
        "opportunities": deals,
        "metrics": metrics(**measured),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(known(), st.booleans())
def test_figures_and_evidence_are_the_same_in_both_languages(facts: dict[str, Any], with_texts: bool) -> None:
    texts = (
        (
            email("El contrato vence el 31 de diciembre de 2026 y pagamos 90.000 € al año.", day=date(2026, 10, 2)),
            email("Os envío el informe antes del viernes 20.", inbound=False),
            email("La caída del servicio nos costó 12 horas: no nos fiamos.", day=date(2026, 11, 3)),
        )
        if with_texts
        else ()
    )
    spanish, english = (_sentences(context(*texts, language=language, **facts)) for language in Language)
    assert len(spanish) == len(english)
    for (text_es, ids_es), (text_en, ids_en) in zip(spanish, english, strict=True):
        assert ids_es == ids_en
        assert figures_of(text_es, Language.ES) == figures_of(text_en, Language.EN), (text_es, text_en)


def _sentences(known_context: BriefContext) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (segment.text, segment.evidence_ids)
        for section in OfflineWriter().write(known_context)
        for segment in section.segments
    ]


def test_decimals_survive_the_change_of_notation() -> None:
    assert figures_of("un 23,4 % de 84.000,50 €", Language.ES) == figures_of("23.4% of €84,000.50", Language.EN)
    assert figures_of("un 23,4 %", Language.ES) != figures_of("23.5%", Language.EN)
    assert Decimal("23.4") == Decimal("23.40")
