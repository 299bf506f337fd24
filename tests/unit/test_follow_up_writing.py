"""The writers of follow-ups: the rules in every form and tone, the model in its bounds, and writing again."""

import json
from itertools import product
from typing import Any

import pytest

from copilot.approvals.feedback import habits
from copilot.approvals.feedback.application import contains
from copilot.domain.drafts import Provenance
from copilot.domain.figures import extract_figures
from copilot.domain.language import Language
from copilot.errors import ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel
from copilot.workflows.brief.written import Written
from copilot.workflows.follow_up import again, offline
from copilot.workflows.follow_up.choices import FollowUpRequest, Manner, Register, Variant
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.model import ModelFollowUp
from copilot.workflows.follow_up.wording import Wording, sentences_of
from tests.brief_builders import call
from tests.follow_up_texts import context_of, mail

ES, EN = Language.ES, Language.EN
CALL = call(
    ("Marta Ruiz Gil", "Te envío el inventario antes del viernes 20."),
    ("Inés Robledo", "Perfecto. Te mando la propuesta antes del 27 de noviembre."),
)
FORMS = [(ES, Register.TU), (ES, Register.USTED), (EN, Register.INFORMAL), (EN, Register.FORMAL)]


def text_of(context: FollowUpContext) -> str:
    return "\n".join(segment.text for part in offline.write(context) for segment in part.segments)


def test_the_email_greets_sums_up_and_closes_in_the_name_of_who_asks() -> None:
    lines = text_of(context_of(CALL)).splitlines()
    assert lines[0] == "Hola, Marta:"
    assert lines[1] == "Gracias por la llamada del 6 de noviembre."
    assert "- Para el 20 de noviembre, dijiste: «Te envío el inventario antes del viernes 20.»" in lines
    assert "- Para el 27 de noviembre, dije: «Te mando la propuesta antes del 27 de noviembre.»" in lines
    assert "Quedo a la espera de lo tuyo, para el 20 de noviembre." in lines
    assert lines[-2:] == ["Un saludo,", "Inés Robledo"]


@pytest.mark.parametrize(("language", "register"), FORMS)
@pytest.mark.parametrize("variant", list(Variant))
def test_every_form_and_tone_has_all_its_sentences(language: Language, register: Register, variant: Variant) -> None:
    for readers, country in product((1, 3), ("ES", "CL", None)):
        say = Wording(Manner(language, register, variant), readers=readers, country=country)
        gaps = dict.fromkeys(("names", "name", "day", "quote", "question"), "X")
        for key in sentences_of(language):
            assert "{" not in say(key, **gaps)


def test_spain_and_america_say_you_to_several_people_each_in_their_way() -> None:
    said = {
        country: Wording(Manner(ES, Register.TU), readers=2, country=country)("opening_outbound", day="1")
        for country in ("ES", "CL")
    }
    assert said == {"ES": "Retomo el correo que os enviamos el 1.", "CL": "Retomo el correo que les enviamos el 1."}


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize("language", list(Language))
def test_a_sentence_that_rests_on_nothing_states_no_figure(language: Language, variant: Variant) -> None:
    context = context_of(CALL, wanted=FollowUpRequest(language=language, variant=variant))
    for part in offline.write(context):
        for segment in part.segments:
            if not segment.evidence_ids:
                assert segment.uncited_reason in offline.NO_FACT
                assert not extract_figures(segment.text, language=language)


def test_with_nothing_agreed_it_asks_for_a_day_and_names_none() -> None:
    text = text_of(context_of(mail("Adjunto el anexo firmado, como te dije.")))
    assert "¿Qué día te va bien para verlo?" in text


def email_of(text: str = "El inventario llega antes del viernes 20.", evidence: tuple[int, ...] = (1,)) -> str:
    parts = [{"key": key, "sentences": [{"text": text, "evidence": list(evidence)}]} for key in ("theirs", "ours")]
    return json.dumps({"parts": parts})


def compose(*answers: Any, context: FollowUpContext | None = None) -> tuple[Written, ScriptedChatModel]:
    chat = ScriptedChatModel(answers=list(answers))
    writer = ModelFollowUp(StructuredModel(chat, name="scripted"), guardrails=Guardrails())
    return writer.compose(context or context_of(CALL)), chat


def sent(chat: ScriptedChatModel) -> str:
    return "\n".join(str(message.content) for message in chat.asked[0])


def test_the_model_words_the_middle_and_rules_the_rest() -> None:
    written, _ = compose(email_of())
    by_key = {part.key: part for part in written.sections}
    assert written.provenance.writer == "model"
    assert written.provenance.prompt_id == "follow_up"
    assert by_key["theirs"].segments[0].text == "El inventario llega antes del viernes 20."
    assert by_key["theirs"].segments[0].evidence_ids
    assert by_key["greeting"].segments[0].text == "Hola, Marta:"
    assert [segment.text for segment in by_key["closing"].segments] == ["Un saludo,", "Inés Robledo"]
    assert by_key["next_step"].segments[0].evidence_ids, "a part that the model leaves out is taken from the rules"


def test_nobody_is_named_to_the_model() -> None:
    _, chat = compose(email_of())
    for name in ("Marta", "Ruiz", "Inés", "Robledo", "marta.ruiz"):
        assert name not in sent(chat), name


@pytest.mark.parametrize(
    "broken",
    [
        email_of(evidence=()),
        email_of(evidence=(99,)),
        email_of(text="Lo decide PERSON_77 el viernes."),
        json.dumps({"parts": [{"key": "greeting", "sentences": [{"text": "Hola", "evidence": [1]}]}]}),
        json.dumps({"parts": [{"key": "answers", "sentences": [{"text": "Sí.", "evidence": [1]}]}]}),
        "Claro, aquí tiene el correo.",
    ],
    ids=["no evidence", "unknown evidence", "unknown person", "greets", "answers nothing asked", "prose"],
)
def test_an_email_that_rests_on_nothing_is_refused_and_rules_write(broken: str) -> None:
    written, chat = compose(broken, broken)
    assert len(chat.asked) == 2
    assert written.provenance.writer == "offline"
    assert written.sections == offline.write(context_of(CALL))
    assert "redactor sin modelo" in written.provenance.notes[0]


def test_a_model_that_cannot_be_reached_is_said() -> None:
    written, _ = compose(ModelUnavailable("down"))
    assert written.provenance.writer == "offline"
    assert written.provenance.notes


def test_what_is_not_repeated_to_the_reader_is_not_given_to_the_model() -> None:
    talk = call(
        ("Marta Ruiz Gil", "Esto que no salga de aquí: el consejo ha decidido cerrar 2 plantas."),
        ("Inés Robledo", "De acuerdo."),
        ("Marta Ruiz Gil", "Bien."),
        ("Marta Ruiz Gil", "Te envío el inventario antes del viernes 20."),
    )
    _, chat = compose(email_of(), email_of(), context=context_of(talk))
    assert "cerrar 2 plantas" not in sent(chat)
    assert "inventario" in sent(chat)


@pytest.mark.parametrize(
    ("request_text", "variant", "register"),
    [
        ("Más cálido, por favor", Variant.WARMER, None),
        ("Make it firmer", Variant.FIRMER, None),
        ("Hazlo más corto", Variant.SHORTER, None),
        ("Trátale de usted", None, Register.USTED),
        ("tutéalo y más breve", Variant.SHORTER, Register.TU),
        ("more formal, shorter", Variant.SHORTER, Register.USTED),
        ("no lo hagas más corto", None, None),
    ],
)
def test_a_request_for_changes_is_read(request_text: str, variant: Variant | None, register: Register | None) -> None:
    asked = again.read(request_text)
    assert (asked.variant, asked.register) == (variant, register)


def test_what_rules_cannot_follow_is_said_and_what_they_can_is_done() -> None:
    asked = again.read("Quita el siguiente paso. Añade el precio de la ampliación")
    context = context_of(CALL, instruction=asked.read)
    written = again.honoured(
        Written(offline.write(context), Provenance(writer="offline", code_version="test")), context
    )
    keys = [part.key for part in written.sections]
    assert "next_step" not in keys
    assert keys[0] == "greeting"
    assert keys[-1] == "closing"
    assert any("precio de la ampliación" in note for note in written.provenance.notes)


@pytest.mark.parametrize(("language", "register"), FORMS)
@pytest.mark.parametrize("variant", list(Variant))
def test_learnt_styles_know_every_sign_off_and_mix_no_forms_of_address(
    language: Language, register: Register, variant: Variant
) -> None:
    say = Wording(Manner(language, register, variant), readers=1, country="ES")
    assert habits.sign_off_of(say("closing"), language) is not None
    gaps = dict.fromkeys(("names", "name", "day", "quote", "question"), "X")
    pairs = (*habits.FORMAL_TO_FAMILIAR.keys(), *habits.FORMAL_TO_FAMILIAR.values())
    for key in sentences_of(language):
        assert not [phrase for phrase in pairs if contains(say(key, **gaps), phrase)]


def test_what_one_of_ours_said_that_the_reader_would_do_is_not_put_into_the_readers_mouth() -> None:
    talk = call(("Inés Robledo", "Marta nos manda el inventario antes del viernes 20."), ("Marta Ruiz Gil", "Vale."))
    text = text_of(context_of(talk))
    assert "«Marta nos manda el inventario antes del viernes 20.»" in text
    assert "dijiste: «Marta nos manda" not in text
