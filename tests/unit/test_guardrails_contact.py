"""Rules of contact without a database: wishes, hours, caps, words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.contact_rules import (
    Channel,
    ContactFacts,
    Recipient,
    StatedWish,
    Touch,
    TouchState,
    Wish,
    WishSource,
    address_key,
    wish_that_holds,
)
from copilot.domain.drafts import Audience, Draft, content_digest
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.folding import flat
from copilot.domain.time_zones import business_zone
from copilot.errors import ConfigurationError
from copilot.guardrails.contact_rules import ContactRulesDetector
from copilot.guardrails.contact_rules_policy import Cap, ContactPolicy
from copilot.guardrails.contact_rules_words import asks_to_be_left_alone
from copilot.guardrails.detector import Context
from copilot.guardrails.policy import DEFAULT_POLICY, load_guardrail_policy
from copilot.guardrails.surroundings import Surroundings
from tests import approvals_builders as world

MONDAY_MORNING = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
MARTA = Recipient(
    contact_id="con_1", account_id=world.ACCOUNT, name="Marta Ruiz", email="marta@tormes.example", country="ES"
)


def facts(*recipients: Recipient, touches: tuple[Touch, ...] = (), now: datetime = MONDAY_MORNING) -> ContactFacts:
    return ContactFacts(
        now=now, today=now.date(), sender="Lucía Ferrer", recipients=recipients or (MARTA,), touches=touches
    )


def draft(*recipients: str, audience: Audience = Audience.EXTERNAL) -> Draft:
    return world.draft_about((), (("Hola.", ()),), audience=audience).model_copy(update={"recipients": recipients})


def found(
    known: ContactFacts | None,
    *,
    stage: Stage = Stage.OUTPUT,
    policy: ContactPolicy | None = None,
    audience: Audience = Audience.EXTERNAL,
) -> list[Finding]:
    recipients = [item.contact_id for item in known.recipients] if known else ["con_1"]
    context = Context(
        draft=draft(*recipients, audience=audience),
        current={},
        surroundings=Surroundings(contacts=known),
        stage=stage,
    )
    return list(ContactRulesDetector(policy).inspect(context))


def rules(known: ContactFacts | None, **given: object) -> list[str]:
    return [item.rule for item in found(known, **given)]  # type: ignore[arg-type]


def wish(kind: Wish, day: int, channel: Channel = Channel.ANY) -> StatedWish:
    return StatedWish(channel, kind, date(2026, 11, day), WishSource.EMAIL)


def touch(
    hours_ago: float, *, state: TouchState = TouchState.DONE, sender: str = "Tom Whitlock", reached: bool = True
) -> Touch:
    return Touch(
        moment=MONDAY_MORNING - timedelta(hours=hours_ago),
        state=state,
        sender=sender,
        contact_ids=frozenset({"con_1"}) if reached else frozenset(),
    )


def test_a_contact_of_the_account_at_a_good_hour_raises_nothing() -> None:
    assert rules(facts()) == []
    assert rules(facts(), stage=Stage.ACTION) == []


def test_a_draft_to_nobody_is_not_looked_at() -> None:
    context = Context(draft=draft(), current={}, surroundings=Surroundings(contacts=None))
    assert list(ContactRulesDetector().inspect(context)) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"wishes": (wish(Wish.OPTED_OUT, 3),)}, "contact.opted_out"),
        ({"wishes": (wish(Wish.OPTED_OUT, 3, Channel.EMAIL),)}, "contact.opted_out"),
        ({"do_not_contact": True}, "contact.do_not_contact"),
        ({"left_on": date(2026, 11, 16)}, "contact.left_company"),
        ({"account_id": world.OTHER_ACCOUNT}, "contact.not_of_account"),
        ({"account_id": None}, "contact.not_of_account"),
    ],
)
@pytest.mark.parametrize("stage", [Stage.OUTPUT, Stage.ACTION])
def test_who_must_not_be_written_to_blocks(changes: dict[str, object], rule: str, stage: Stage) -> None:
    [item] = found(facts(replace(MARTA, **changes)), stage=stage)  # type: ignore[arg-type]
    assert (item.rule, item.severity, item.action) == (rule, Severity.CRITICAL, Action.BLOCK)


def test_a_recipient_of_another_account_is_not_named() -> None:
    [item] = found(facts(replace(MARTA, account_id=world.OTHER_ACCOUNT)))
    assert not any("Marta" in words for words in item.explanation.values())


def test_somebody_who_leaves_tomorrow_is_still_there() -> None:
    assert rules(facts(replace(MARTA, left_on=date(2026, 11, 17)))) == []


def test_an_opt_out_from_calls_does_not_stop_mail() -> None:
    assert rules(facts(replace(MARTA, wishes=(wish(Wish.OPTED_OUT, 3, Channel.PHONE),)))) == []


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        ((wish(Wish.OPTED_OUT, 3), wish(Wish.CONSENTED, 5)), Wish.CONSENTED),
        ((wish(Wish.CONSENTED, 5), wish(Wish.OPTED_OUT, 5)), Wish.OPTED_OUT),
        ((wish(Wish.OPTED_OUT, 3), wish(Wish.CONSENTED, 5, Channel.PHONE)), Wish.OPTED_OUT),
        ((wish(Wish.CONSENTED, 9), wish(Wish.OPTED_OUT, 3)), Wish.CONSENTED),
    ],
    ids=["consent-later", "same-day", "consent-to-calls", "recorded-late"],
)
def test_the_latest_wish_about_the_channel_holds(stated: tuple[StatedWish, ...], holds: Wish) -> None:
    chosen = wish_that_holds(stated, channel=Channel.EMAIL)
    assert chosen is not None
    assert chosen.wish is holds


def test_unread_recipients_and_internal_drafts_block() -> None:
    assert rules(None) == ["contact.not_checked"]
    assert rules(facts(), audience=Audience.INTERNAL) == ["contact.internal_draft"]
    context = Context(draft=draft("con_1", "con_2"), current={}, surroundings=Surroundings(contacts=facts()))
    assert [item.rule for item in ContactRulesDetector().inspect(context)] == ["contact.not_checked"]


def test_no_address_and_required_consent_hold() -> None:
    assert rules(facts(replace(MARTA, email=None))) == ["contact.no_address"]
    strict = ContactPolicy(consent_required=True)
    assert rules(facts(), policy=strict) == ["contact.no_consent"]
    assert rules(facts(replace(MARTA, wishes=(wish(Wish.CONSENTED, 3),))), policy=strict) == []


_OTHER_PARTS: list[tuple[str, list[Any]]] = [
    ("name", ["Marta Ruiz", ""]),
    ("email", ["marta@tormes.example", None]),
    ("country", ["ES", "US", None]),
    ("left_on", [None, date(2026, 1, 1)]),
    ("do_not_contact", [False, True]),
    ("inbound", [(), ((date(2026, 11, 12), "Please unsubscribe me."),)]),
]


@given(
    parts=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in _OTHER_PARTS}),
    before=st.lists(
        st.sampled_from([wish(kind, day, channel) for kind, day, channel in product(Wish, (1, 2), Channel)])
    ),
    out_for=st.sampled_from([Channel.ANY, Channel.EMAIL]),
    stage=st.sampled_from([Stage.OUTPUT, Stage.ACTION]),
    hour=st.integers(0, 500),
    touches=st.lists(st.builds(touch, st.floats(0, 900), state=st.sampled_from(TouchState)), max_size=12),
    caps=st.lists(st.builds(Cap, days=st.integers(1, 60), touches=st.integers(1, 9)), max_size=3),
)
def test_nobody_who_opted_out_is_ever_written_to(
    parts: dict[str, object],
    before: list[StatedWish],
    out_for: Channel,
    stage: Stage,
    hour: int,
    touches: list[Touch],
    caps: list[Cap],
) -> None:
    last = wish(Wish.OPTED_OUT, 3, out_for)
    gone = replace(MARTA, wishes=(*before, last), **parts)  # type: ignore[arg-type]
    policy = ContactPolicy(contact_caps=tuple(caps), account_caps=tuple(caps))
    known = facts(gone, touches=tuple(touches), now=MONDAY_MORNING + timedelta(hours=hour))
    seen = {(item.rule, item.action) for item in found(known, policy=policy, stage=stage)}
    assert ("contact.opted_out", Action.BLOCK) in seen


@pytest.mark.parametrize(
    ("country", "hour_utc", "day", "quiet"),
    [
        ("ES", 7, 16, True),
        ("ES", 8, 16, False),
        ("ES", 17, 16, False),
        ("ES", 18, 16, True),
        ("CL", 9, 16, True),
        ("CL", 12, 16, False),
        ("GB", 9, 14, True),
        ("GB", 9, 15, True),
        ("US", 9, 16, False),
        (None, 3, 16, True),
    ],
)
def test_the_hour_is_the_recipients(country: str | None, hour_utc: int, day: int, quiet: bool) -> None:
    now = datetime(2026, 11, day, hour_utc, tzinfo=UTC)
    known = facts(replace(MARTA, country=country), now=now)
    held = [item for item in found(known, stage=Stage.ACTION) if item.rule == "contact.quiet_hours"]
    assert [item.action for item in held] == [Action.HOLD] * quiet
    told = [item for item in found(known) if item.rule == "contact.quiet_hours"]
    assert [(item.severity, item.action) for item in told] == [(Severity.INFO, Action.ALLOW)] * quiet


def test_a_country_with_several_zones_is_judged_by_our_own_and_said_so() -> None:
    [item] = found(facts(replace(MARTA, country="US")))
    assert (item.rule, item.severity) == ("contact.zone_unknown", Severity.INFO)
    assert "Europe/Madrid" in item.explanation["en"]
    assert business_zone("US") is None
    assert business_zone("cl") == "America/Santiago"


def test_the_cap_of_a_contact_counts_everybodys_mail() -> None:
    three = (touch(30, sender="Ana"), touch(50, sender="Bea"), touch(70, sender="Lucía Ferrer"))
    assert rules(facts(touches=three)) == ["contact.cap_contact"]
    assert rules(facts(touches=three[:2])) == []
    assert rules(facts(touches=(*three[:2], touch(24 * 8)))) == []


def test_what_waits_warns_and_what_is_approved_counts() -> None:
    two = (touch(30), touch(50))
    pending = touch(24 * 20, state=TouchState.PENDING)
    approved = touch(24 * 20, state=TouchState.APPROVED)
    assert rules(facts(touches=(*two, pending))) == ["contact.cap_contact_pending"]
    assert rules(facts(touches=(*two, approved))) == ["contact.cap_contact"]
    assert rules(facts(touches=(*two, approved)), stage=Stage.ACTION) == []


def test_the_cap_of_an_account_counts_other_people_there() -> None:
    many = tuple(touch(30 + number, reached=False) for number in range(8))
    assert rules(facts(touches=many)) == ["contact.cap_account"]
    elsewhere = tuple(replace(item, of_account=False) for item in many)
    assert rules(facts(touches=elsewhere)) == []


def test_two_colleagues_on_one_day() -> None:
    assert rules(facts(touches=(touch(2),))) == ["contact.same_day"]
    assert rules(facts(touches=(touch(2, sender="lucia ferrer"),))) == []
    assert rules(facts(touches=(touch(12),))) == []
    [item] = found(facts(touches=(touch(2),)), stage=Stage.ACTION)
    assert item.action is Action.HOLD


@pytest.mark.parametrize(
    "text",
    [
        "Por favor, darme de baja de estos correos.",
        "¿Podéis dadme de baja? Gracias",
        "No me escriban más, por favor.",
        "no nos envíen más publicidad",
        "Dejen de llamarme a esta hora.",
        "No quiero recibir más correos.",
        "Sáquenme de su lista.",
        "Please unsubscribe me from this.",
        "Kindly unsubscribe.",
        "Take me off your list, thanks",
        "Stop emailing me.",
        "Please don't contact us again.",
        "I no longer wish to receive these.",
        "I want to opt out of this.",
    ],
)
def test_words_that_ask_to_be_left_alone(text: str) -> None:
    assert asks_to_be_left_alone(flat(text))


@pytest.mark.parametrize(
    "text",
    [
        "Queremos darnos de baja del contrato en marzo.",
        "Hay que dar de baja a dos usuarios de la plataforma.",
        "No me escribió nadie de soporte.",
        "No nos llamaron para la visita.",
        "Stop sending the technician before eight.",
        "Don't call the night desk, call Martin.",
        "We opted for the yearly plan.",
        "If you no longer want these mails, click unsubscribe.",
        "Me den una fecha, por favor.",
        "No quiero que se retrase otra vez.",
    ],
)
def test_words_that_only_look_like_it(text: str) -> None:
    assert not asks_to_be_left_alone(flat(text))


def test_words_count_until_a_later_consent_and_for_a_while() -> None:
    asking = replace(MARTA, inbound=((date(2026, 11, 3), "Stop emailing me."),))
    [item] = found(facts(asking))
    assert (item.rule, item.severity, item.action) == ("contact.opt_out_words", Severity.HIGH, Action.HOLD)
    assert "2026-11-03" in item.explanation["es"]
    assert rules(facts(replace(asking, wishes=(wish(Wish.CONSENTED, 4),)))) == []
    assert rules(facts(replace(asking, inbound=((date(2025, 11, 3), "Stop emailing me."),)))) == []


def test_a_draft_without_recipients_is_written_as_before() -> None:
    before = draft()
    assert "recipients" not in before.model_dump(mode="json")
    assert "recipients" not in before.model_dump_json()
    assert Draft.model_validate(before.model_dump(mode="json")) == before
    addressed = before.model_copy(update={"recipients": ("con_1",)})
    assert addressed.model_dump(mode="json")["recipients"] == ["con_1"]
    assert Draft.model_validate(addressed.model_dump(mode="json")) == addressed
    assert content_digest(addressed, deliverables={}) != content_digest(before, deliverables={})


def test_an_address_is_known_in_any_letter_case() -> None:
    assert address_key(" Marta@Tormes.example ") == address_key("marta@tormes.example")
    assert "marta" not in address_key("marta@tormes.example")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('home_zone = "Europe/Madrid"', 'home_zone = "Europe/Nowhere"'),
        ("quiet_from = 19:00:00", "quiet_from = 08:00:00"),
        ("touches = 3 }", "touches = 0 }"),
        ('quiet_days = ["saturday", "sunday"]', 'quiet_days = ["domingo"]'),
        ('action = ["evidence", "contact-rules"]', 'action = ["evidence"]'),
    ],
    ids=["zone", "hours", "cap", "day", "stage"],
)
def test_a_policy_that_cannot_work_is_refused(tmp_path_factory: pytest.TempPathFactory, old: str, new: str) -> None:
    changed = DEFAULT_POLICY.read_text(encoding="utf-8").replace(old, new)
    assert new in changed
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load_guardrail_policy(path)


def test_the_policy_that_comes_with_the_product_is_the_default_of_the_code() -> None:
    assert load_guardrail_policy().contact == ContactPolicy()
