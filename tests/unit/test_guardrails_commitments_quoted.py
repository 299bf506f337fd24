"""Words of the customer and of ours that an email repeats in quotation marks: whose promise they are."""

import pytest

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import DraftKind
from copilot.domain.evidence import Evidence, Origin
from copilot.domain.findings import Action, Severity
from copilot.domain.language import Language
from copilot.guardrails.commitments.detector import CommitmentsDetector
from copilot.guardrails.detector import Context
from copilot.guardrails.surroundings import Surroundings
from copilot.store.voices import Voice
from tests.guardrails_commitments_builders import ACCOUNT, context, passage, rules

DETECTOR = CommitmentsDetector()
CUSTOMER, US = "Marta Ruiz Gil", "Inés Robledo"
DELIVERY = "We will install the connector by Friday, 13 November."
THEIRS = passage(1, f"Hello Inés. {DELIVERY} Regards", origin=Origin.CUSTOMER, account_id=ACCOUNT)
OURS = passage(2, f"Hello Marta. {DELIVERY} Regards", account_id=ACCOUNT)
EMAIL = {1: DocumentKind.EMAIL, 2: DocumentKind.EMAIL}
CALL = {1: DocumentKind.TRANSCRIPT}
PEOPLE = frozenset({CUSTOMER, US})


def email_of(
    *sentences: tuple[str, tuple[Evidence, ...]],
    by: dict[str, str] | None = None,
    kinds: dict[int, DocumentKind] | None = None,
    heard_by: frozenset[str] = PEOPLE,
    kind: DraftKind = DraftKind.FOLLOW_UP,
) -> Context:
    """A follow-up whose sources were written (or said) by these people, by evidence id."""
    speakers = by or {THEIRS.id: CUSTOMER, OURS.id: US}
    around = Surroundings(
        own_domains=frozenset({"tramontia.example"}),
        contact_names=frozenset({CUSTOMER}),
        staff_names=frozenset({US}),
        voices={key: Voice(frozenset({name}), heard_by) for key, name in speakers.items()},
    )
    return context(*sentences, language=Language.EN, surroundings=around, kinds=kinds or EMAIL, draft_kind=kind)


@pytest.mark.parametrize(
    "text",
    [
        f"You wrote on 9 November: “{DELIVERY}”",
        f"- For 13 November, you wrote: “{DELIVERY}”",
        f"- Marta Ruiz Gil, for 13 November: “{DELIVERY}”",
        f"- Marta Ruiz: “{DELIVERY}”",
        f"- Para el 13 de noviembre, escribiste: «{DELIVERY}»",
        f"- Usted escribió: «{DELIVERY}»",
        "- You asked for: “We will install the connector”",
        "You said: “We will install the connector by…”",
    ],
)
def test_words_of_the_customer_in_their_mouth_are_no_promise_of_ours(text: str) -> None:
    assert rules(DETECTOR, email_of((text, (THEIRS,)))) == []


@pytest.mark.parametrize(
    "text",
    [
        f"- “{DELIVERY}”",
        f"I have noted the following: “{DELIVERY}”",
        "You wrote: “We will install the connector by Monday, 9 November.”",
        "You wrote: “We will install the connector by Friday, 1”",
        f"I wrote: “{DELIVERY}”",
        f"Inés Robledo: “{DELIVERY}”",
        f"Somebody Else: “{DELIVERY}”",
        f"You wrote: {DELIVERY}",
        f"You wrote: “{DELIVERY}” Agreed.",
        f"You wrote, and we will do it: “{DELIVERY}”",
        f"You wrote for we do that: “{DELIVERY}”",
        f"Fine. You wrote: “{DELIVERY}”",
        f"As you asked, “{DELIVERY}”",
    ],
)
def test_a_quotation_that_is_not_plainly_theirs_stays_a_promise(text: str) -> None:
    assert "commitment.delivery_without_evidence" in rules(DETECTOR, email_of((text, (THEIRS,))))


QUOTED = f"You wrote: “{DELIVERY}”"


@pytest.mark.parametrize(
    ("source", "by", "kinds"),
    [
        (THEIRS.model_copy(update={"text": f"Thanks.\n> {DELIVERY}\n"}), CUSTOMER, EMAIL),
        (THEIRS.model_copy(update={"origin": Origin.INTERNAL}), CUSTOMER, EMAIL),
        (THEIRS.model_copy(update={"account_id": "acc_00000000000000000002"}), CUSTOMER, EMAIL),
        (THEIRS, US, EMAIL),
        (THEIRS, "ines@tramontia.example", EMAIL),
        (THEIRS, US, CALL),
        (THEIRS, "Speaker 2", CALL),
        (THEIRS, CUSTOMER, {2: DocumentKind.EMAIL}),
    ],
    ids=["replied to", "origin", "other account", "author", "address", "said by us", "unknown speaker", "unreadable"],
)
def test_a_source_that_is_not_on_record_as_theirs_bears_nothing_out(
    source: Evidence, by: str, kinds: dict[int, DocumentKind]
) -> None:
    found = rules(DETECTOR, email_of((QUOTED, (source,)), by={source.id: by}, kinds=kinds))
    assert found == ["commitment.delivery_without_evidence"]


def test_in_a_call_the_speaker_tells_whose_words_they_are() -> None:
    said = email_of((QUOTED, (THEIRS,)), by={THEIRS.id: CUSTOMER}, kinds=CALL)
    assert rules(DETECTOR, said) == []


@pytest.mark.parametrize(
    "beside",
    ["We accept all of it.", "Agreed.", "On our side:", "De nuestra parte queda:", "Lo haremos.", "You have our word."],
)
def test_an_email_that_accepts_what_it_quotes_promises_it(beside: str) -> None:
    for order in ((beside, QUOTED), (QUOTED, beside)):
        given = email_of(*((text, (THEIRS,) if text == QUOTED else ()) for text in order))
        assert rules(DETECTOR, given) == ["commitment.delivery_without_evidence"]


def test_the_answer_to_a_tender_takes_nothing_from_a_quotation() -> None:
    given = email_of((QUOTED, (THEIRS,)), kind=DraftKind.RFP_ANSWER)
    assert rules(DETECTOR, given) == ["commitment.delivery_without_evidence"]


@pytest.mark.parametrize("lead", ["I wrote on 9 November", "- Inés Robledo, for 13 November", "- Escribí"])
def test_what_we_told_them_before_is_told_as_promised_already(lead: str) -> None:
    (found,) = DETECTOR.inspect(email_of((f"{lead}: “{DELIVERY}”", (OURS,))))
    assert found.rule == "commitment.already_promised"
    assert (found.severity, found.action) == (Severity.LOW, Action.FLAG)
    assert "ya se dijo" in found.explanation["es"]


@pytest.mark.parametrize(
    ("quoted", "source", "heard_by"),
    [
        (DELIVERY, THEIRS, PEOPLE),
        (DELIVERY, OURS.model_copy(update={"text": f"Thanks.\n> {DELIVERY}\n"}), PEOPLE),
        (DELIVERY, OURS, frozenset({US, "owen@tramontia.example"})),
        ("We will install the connector", OURS, PEOPLE),
        ("We will install the connector by…", OURS, PEOPLE),
        ("We will install the connector by Monday, 9 November.", OURS, PEOPLE),
    ],
    ids=["theirs", "replied to", "among ourselves", "cut off", "cut with dots", "changed"],
)
def test_a_promise_that_we_did_not_make_so_is_none_made_already(
    quoted: str, source: Evidence, heard_by: frozenset[str]
) -> None:
    given = email_of((f"I wrote: “{quoted}”", (source,)), heard_by=heard_by)
    assert "commitment.already_promised" not in rules(DETECTOR, given)


def test_a_price_or_a_discount_that_was_said_before_still_needs_who_may_give_it() -> None:
    offered = passage(3, "We will give you 35% off.", account_id=ACCOUNT)
    given = email_of(
        ("I wrote: “We will give you 35% off.”", (offered,)), by={offered.id: US}, kinds={3: DocumentKind.EMAIL}
    )
    assert rules(DETECTOR, given) == ["commitment.discount_over_limit"]
