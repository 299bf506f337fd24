"""Follow-ups of real conversations of the demo company, in both languages.

What is expected was read from the texts: who gets it, in which language and form of address, and who owes what by when.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.access import Role, Viewer
from copilot.domain.destinations import Destination, Mailbox
from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Audience, Draft, DraftKind
from copilot.domain.facts import parse_evidence_id
from copilot.domain.findings import Action
from copilot.domain.language import Language
from copilot.domain.rendering_email import plain_text
from copilot.errors import InputError, NotFound
from copilot.store import embedded
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.follow_up import Register, Variant
from copilot.workflows.follow_up.offline import NO_FACT
from tests.follow_up_builders import Demo, demo


@pytest.fixture(scope="module")
def world(server: embedded.EmbeddedAddresses) -> Iterator[Demo]:
    with demo(server) as made:
        yield made


@dataclass(frozen=True)
class Golden:
    """What a person who read the text expects."""

    source: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    language: Language
    register: Register
    owed: tuple[tuple[str, str, str], ...] = ()
    """Side (`theirs`, `ours`), day as the email writes it, words of the promise."""


ES, EN = Language.ES, Language.EN
GOLDEN = (
    Golden(
        "clinicas-bahia-serena/2026-11-10-saml-con-sistemas.txt", ("Lourdes",), (), ES, Register.TU,
        (("theirs", "27 de noviembre", "metadatos de SAML"), ("ours", "20 de noviembre", "la tiene")),
    ),
    Golden(
        "clinicas-bahia-serena/2026-11-04-fecha-renovacion.eml", ("Teresa",), ("Lourdes",), ES, Register.TU,
        (("ours", "20 de noviembre", "oferta de renovación"),),
    ),
    Golden("clinicas-bahia-serena/2026-09-22-scim-gap.eml", ("Fiona",), ("Lourdes",), EN, Register.FORMAL),
    Golden(
        "frigorificos-valdemora/2026-11-06-resumen-llamada-tudela.eml", ("Begoña",), ("Íñigo",), ES, Register.TU,
        (("theirs", "20 de noviembre", "inventario"), ("ours", "26 de noviembre", "Tudela")),
    ),
    Golden(
        "frigorificos-valdemora/2026-11-06-dudas-tudela.vtt", ("Íñigo", "Begoña"), (), ES, Register.TU,
        (("theirs", "20 de noviembre", "inventario"), ("ours", "26 de noviembre", "Tudela")),
    ),
    Golden(
        "logistica-andina-del-maipo/2026-10-15-aviso-cobranza.eml", ("Javiera",), ("Marcela",), ES, Register.USTED
    ),
    Golden("pinecrest-facilities-group/2026-11-06-preocupacion-apodaca.eml", ("Laura",), (), ES, Register.USTED),
    Golden(
        "pinecrest-facilities-group/2026-11-11-budget-and-alternative.eml", ("Marjorie",), ("Rob",), EN,
        Register.FORMAL, (("ours", "20 November", "written proposal"),),
    ),
    Golden(
        "pinecrest-facilities-group/2026-11-10-seats-and-duplicates.vtt", ("Vikram", "Rob"), (), EN,
        Register.INFORMAL, (("theirs", "18 November", "deactivated accounts"),),
    ),
    Golden(
        "blue-mesa-equipment-rental/2026-11-09-re-year-one-cap.eml", ("Jolene",), ("Wade", "Carmen"), EN,
        Register.INFORMAL, (("ours", "18 November", "revised quote"),),
    ),
    Golden(
        "blue-mesa-equipment-rental/2026-10-29-security-call.vtt", ("Arjun", "Carmen"), (), EN, Register.INFORMAL,
        (("theirs", "20 November", "sign-off to Wade"),),
    ),
    Golden("blue-mesa-equipment-rental/2026-07-29-duda-del-patio-de-juarez.eml", ("Efraín",), (), ES, Register.USTED),
    Golden(
        "harbourline-utilities/2026-11-12-martin-offline-maps.txt", ("Martin",), (), EN, Register.INFORMAL,
        (("ours", "30 November", "offline map fix"),),
    ),
    Golden(
        "harbourline-utilities/2026-10-08-insight-scoping.vtt", ("Gwen",), (), EN, Register.INFORMAL,
        (("theirs", "20 November", "list of supervisors"),),
    ),
    Golden(
        "kestrel-rail-services/2026-10-21-qbr-athlone.vtt", ("Siobhán", "Declan", "Tomasz"), (), EN, Register.FORMAL,
        (("theirs", "4 December", "ten inspectors"), ("ours", "28 February 2027", "Vision beta")),
    ),
)  # fmt: skip


def write(
    world: Demo, source: str, *, viewer: Viewer | None = None, language: Language | None = None, **wanted: Any
) -> FiledDraft:
    account_id, document = world.source(source)
    with world.application.database.unit_of_work() as uow:
        made = world.application.follow_ups.run(
            account_id,
            viewer=viewer or world.admin,
            language=language,
            uow=uow,
            document_id=document.id,
            **wanted,
        )
        # Nothing is kept: the rules of contact count what waits, and the next test begins anew.
        uow.session.rollback()
    return made


def first_names(boxes: Iterable[Mailbox]) -> set[str]:
    return {box.name.split()[0] for box in boxes}


def told(draft: Draft, key: str) -> list[str]:
    return [segment.text for section in draft.sections if section.key == key for segment in section.segments]


@pytest.fixture(scope="module")
def written(world: Demo) -> Callable[[str], FiledDraft]:
    """Each follow-up is written once, for all that is asked of it."""
    return cache(lambda source: write(world, source))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.source)
def test_a_follow_up_is_what_a_reader_of_the_text_expects(written: Callable[[str], FiledDraft], golden: Golden) -> None:
    made = written(golden.source)
    draft, email = made.draft, made.draft.email
    assert email is not None
    assert first_names(email.to) == set(golden.to)
    assert first_names(email.cc) == set(golden.cc)
    assert draft.language is golden.language
    assert draft.provenance.parameters["register"] == golden.register.value
    for side, day, words in golden.owed:
        assert any(day in line and words in line for line in told(draft, side)), told(draft, side)
    expected = {side: sum(item[0] == side for item in golden.owed) for side in ("theirs", "ours")}
    # Each part has a lead-in and nothing but what is owed.
    assert {side: max(len(told(draft, side)) - 1, 0) for side in expected} == expected


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.source)
def test_every_sentence_rests_on_the_conversation_or_states_no_fact(
    written: Callable[[str], FiledDraft], golden: Golden
) -> None:
    made = written(golden.source)
    for segment in made.draft.segments():
        assert bool(segment.evidence_ids) != bool(segment.uncited_reason), segment
        assert segment.uncited_reason is None or segment.uncited_reason in NO_FACT
    rules = [found.rule for found in made.report.findings if found.action is not Action.ALLOW]
    assert not [rule for rule in rules if rule.startswith(("grounding.", "evidence.", "leak.", "contact."))]


@pytest.mark.parametrize(
    "source",
    [
        "naviera-costa-clara/2026-06-12-no-renovacion.eml",
        "naviera-costa-clara/2026-02-24-me-voy-de-costa-clara.eml",
        "pinecrest-facilities-group/2026-08-12-my-last-day.eml",
    ],
)
def test_who_left_or_must_not_be_contacted_gets_nothing_and_others_are_offered(world: Demo, source: str) -> None:
    with pytest.raises(InputError) as refused:
        write(world, source)
    assert "Héctor" in refused.value.hint or "Rob Tavares" in refused.value.hint
    assert "Ximena" not in refused.value.hint
    assert "Denise" not in refused.value.hint


def test_what_was_said_in_confidence_is_not_repeated(world: Demo) -> None:
    for source, words in (
        ("frigorificos-valdemora/2026-07-02-revision-de-medio-ano.txt", ("consejo", "llamo el mismo día")),
        ("clinicas-bahia-serena/2026-04-22-demo-insight.vtt", ("Merrowdale", "confianza")),
        ("kestrel-rail-services/2026-11-10-declan-phone.txt", ("getting it in the neck", "say it to you")),
    ):
        text = plain_text(write(world, source).draft)
        assert not [word for word in words if word in text], text


def test_an_instruction_in_an_email_changes_nothing_and_is_not_repeated(world: Demo) -> None:
    made = write(world, "harbourline-utilities/2026-11-10-supplier-assurance-review.eml")
    text = plain_text(made.draft)
    assert "60 %" not in text
    assert "quayside" not in text
    assert made.draft.email is not None
    assert {box.address for box in (*made.draft.email.to, *made.draft.email.cc)} == {
        "neil.farrow@harbourline.example",
        "carys.penhallow@harbourline.example",
    }


def test_documents_that_are_asked_for_are_proposed_and_not_attached(world: Demo) -> None:
    draft = write(world, "harbourline-utilities/2026-11-10-supplier-assurance-review.eml").draft
    assert draft.email is not None
    assert not draft.email.attachments
    assert "Sub-processors" in draft.provenance.parameters["attachments_proposed"]
    assert any("Sub-processors" in note for note in draft.provenance.notes)


def test_an_answer_goes_into_its_thread(world: Demo) -> None:
    _, document = world.source("blue-mesa-equipment-rental/2026-11-09-re-year-one-cap.eml")
    email = write(world, "blue-mesa-equipment-rental/2026-11-09-re-year-one-cap.eml").draft.email
    assert email is not None
    assert email.subject == "Re: Year one number"
    assert email.in_reply_to == f"<{document.message_id}>"
    assert email.references[-1] == email.in_reply_to
    assert len(email.references) == 2
    assert email.sender.address == world.admin.email


def test_the_subject_of_a_call_is_in_the_language_of_the_email(world: Demo) -> None:
    source = "clinicas-bahia-serena/2026-11-10-saml-con-sistemas.txt"
    spanish, english = write(world, source), write(world, source, language=EN)
    assert spanish.draft.title == "Seguimiento de la llamada del 10 de noviembre"
    assert english.draft.title == "Following up on our call of 10 November"
    assert english.draft.provenance.parameters["language_from"] == "chosen"
    assert any("idioma" in note or "language" in note for note in english.draft.provenance.notes)


def test_the_draft_is_an_external_email_of_whoever_asks(world: Demo) -> None:
    draft = write(world, GOLDEN[0].source).draft
    assert (draft.kind, draft.audience, draft.destination) == (
        DraftKind.FOLLOW_UP, Audience.EXTERNAL, Destination.EMAIL,
    )  # fmt: skip
    assert draft.email is not None
    assert draft.recipients == tuple(box.contact_id for box in draft.email.to)
    assert not re.search(r"\[\d+\]", plain_text(draft)), "the email that is sent has no citation marks"


def test_a_person_names_who_gets_it_and_is_told_who_was_not_there(world: Demo) -> None:
    account_id, _ = world.source(GOLDEN[0].source)
    with world.application.database.unit_of_work() as uow:
        facts = AccountFactsRepository(uow).gather(account_id, viewer=world.admin, today=uow.clock.today())
    raul = next(item for item in facts.contacts if item.name.startswith("Raúl"))
    draft = write(world, GOLDEN[0].source, recipient_contact_ids=(raul.id,)).draft
    assert draft.recipients == (raul.id,)
    assert any("Raúl" in note for note in draft.provenance.notes)
    alvaro = next(item for item in facts.contacts if item.name.startswith("Álvaro"))
    with pytest.raises(InputError, match="Álvaro"):
        write(world, GOLDEN[0].source, recipient_contact_ids=(alvaro.id,))


def test_who_may_not_see_the_account_gets_none_and_learns_nothing(world: Demo) -> None:
    stranger = Viewer(user_id="nobody", email="nobody@tramontia.example", name="Nadie", role=Role.AE, language="es")
    with pytest.raises(NotFound):
        write(world, GOLDEN[0].source, viewer=stranger)


def test_tones_say_the_same_in_other_words(world: Demo) -> None:
    source = GOLDEN[0].source
    drafts = {variant: write(world, source, variant=variant).draft for variant in Variant}
    texts = {variant: plain_text(draft) for variant, draft in drafts.items()}
    assert len(set(texts.values())) == len(Variant)
    cited = {
        variant: {key for segment in draft.segments() for key in segment.evidence_ids}
        for variant, draft in drafts.items()
    }
    assert cited[Variant.WARMER] == cited[Variant.FIRMER] == cited[Variant.PLAIN]
    assert cited[Variant.SHORTER] <= cited[Variant.PLAIN]
    assert len(texts[Variant.SHORTER]) < len(texts[Variant.PLAIN])


_CONVERSATIONS = frozenset({DocumentKind.EMAIL, DocumentKind.TRANSCRIPT})


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_sentence_rests_on_a_note_of_ours_or_on_another_account(world: Demo, data: st.DataObject) -> None:
    """Whatever is followed up, in whatever tone: what the customer did not say, hear or receive is not in it."""
    source = data.draw(st.sampled_from(sorted(world.found)))
    account_id, document = world.source(source)
    variant = data.draw(st.sampled_from(list(Variant)))
    language = data.draw(st.sampled_from([None, *Language]))
    try:
        draft = write(world, source, variant=variant, language=language).draft
    except InputError:
        return
    kinds = {item.id: item.kind for _, item in world.found.values()}
    assert document.kind in _CONVERSATIONS, "an internal note is followed up"
    for segment in draft.segments():
        for key in segment.evidence_ids:
            item = draft.evidence_by_id[key]
            assert item.account_id == account_id or (item.account_id is None and item.visibility == "staff")
            assert item.document_id is None or kinds.get(item.document_id, DocumentKind.KNOWLEDGE) in {
                *_CONVERSATIONS, DocumentKind.KNOWLEDGE,
            }  # fmt: skip
            address = parse_evidence_id(key)
            assert address is not None
            assert address.name == "" or address.name.startswith("due_") or item.document_id is not None
