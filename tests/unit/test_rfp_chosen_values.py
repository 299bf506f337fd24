"""A value is taken only if the source says what the value says: how often, how long, at what hours, planned."""

import pytest

from copilot.domain.language import detect
from copilot.domain.questionnaires import AnswerForm, Choice, Place, Question
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.answering.choosing import chosen_by_short, chosen_by_words
from copilot.workflows.rfp.answering.enquiry import enquiry_of


def _question(text: str, *values: str, form: AnswerForm = AnswerForm.CHOICE) -> Question:
    choices = tuple(Choice(key=value, text=value) for value in values)
    return Question(id="1", text=text, place=Place(address="A1"), form=form, choices=choices, language=detect(text))


OFTEN = ("Monthly", "Quarterly", "Half-yearly", "Yearly", "Never")
A_MENUDO = ("Mensual", "Trimestral", "Semestral", "Anual", "Bienal")
LONG = ("Less than 24 h", "24 to 72 hours", "More than 72 h")
HOURS = ("24x7", "Business hours")
VALUES = [
    ("How often are access rights reviewed?", OFTEN, "Access rights are reviewed every three months.", "Quarterly"),
    ("How often are access rights reviewed?", OFTEN, "Access rights are reviewed every six months.", "Half-yearly"),
    ("How often are access rights reviewed?", OFTEN, "Access rights shall be reviewed once a year.", "Yearly"),
    ("How often are access rights reviewed?", OFTEN, "All other rights are reviewed once a year.", None),
    ("How often are access rights reviewed?", OFTEN, "Access rights are not reviewed every month.", None),
    ("How often are access rights reviewed?", OFTEN, "Access rights are reviewed when people leave.", None),
    ("How often are access rights reviewed?", OFTEN, "Access rights are reviewed monthly or yearly.", None),
    (
        "¿Con qué frecuencia se revisan los permisos de producción?",
        A_MENUDO,
        "Los permisos de producción se revisan cada trimestre y los demás una vez al año.",
        "Trimestral",
    ),
    ("¿Con qué frecuencia se revisan los permisos?", A_MENUDO, "Los permisos se revisan cada dos años.", "Bienal"),
    ("How long until customers are told?", LONG, "Customers are told within 12 hours.", "Less than 24 h"),
    ("How long until customers are told?", LONG, "Customers are told within 48 hours.", "24 to 72 hours"),
    ("How long until customers are told?", LONG, "Customers are told after five days.", "More than 72 h"),
    ("How long until customers are told?", LONG, "Customers are told soon.", None),
    ("When is support available?", HOURS, "Support is available from Monday to Friday.", "Business hours"),
    ("When is support available?", HOURS, "Support is available 24 hours a day.", "24x7"),
    ("When is support available?", HOURS, "Support is available by telephone.", None),
    ("Which protocol do you support?", ("SAML", "OIDC"), "Single sign-on uses OpenID Connect.", "OIDC"),
]


@pytest.mark.parametrize(("text", "values", "said", "value"), VALUES, ids=[f"{said}" for _, _, said, _ in VALUES])
def test_the_value_is_the_one_that_the_sentence_gives(
    text: str, values: tuple[str, ...], said: str, value: str | None
) -> None:
    assert chosen_by_words(_question(text, *values), [said]) == ((value,) if value else ())


@pytest.mark.parametrize(
    ("values", "short", "said", "value"),
    [
        (("Yes", "No", "With conditions"), ShortForm.PARTIAL, "It is allowed if a manager agrees.", "With conditions"),
        (("Sí", "No", "Con condiciones"), ShortForm.PARTIAL, "Se permite con permiso.", "Con condiciones"),
        (("Yes", "No", "Roadmap"), ShortForm.NO, "SCIM is planned for 2027.", "Roadmap"),
        (("Sí", "No", "Prevista"), ShortForm.NO, "La versión española se publicará en 2027.", "Prevista"),
        (("Yes", "No", "Roadmap"), ShortForm.NO, "SCIM is not supported.", "No"),
        (("Yes", "No"), ShortForm.PARTIAL, "It is allowed if a manager agrees.", None),
    ],
)
def test_a_list_may_have_a_word_for_partly_and_for_not_yet(
    values: tuple[str, ...], short: ShortForm, said: str, value: str | None
) -> None:
    choices = _question("Is it so?", *values).choices
    assert chosen_by_short(choices, short, texts=[said]) == ((value,) if value else ())


@pytest.mark.parametrize(
    ("text", "form", "asks"),
    [
        ("¿Se revisan los permisos cuando una persona cambia de puesto?", AnswerForm.YES_NO, True),
        ("¿Se graban las sesiones y cuánto tiempo se conservan?", AnswerForm.YES_NO, True),
        ("How many sites do you have?", AnswerForm.YES_NO, False),
        ("Multi-factor authentication for remote access", AnswerForm.YES_NO, True),
    ],
)
def test_what_a_yes_or_no_column_stands_beside_is_asked_so_unless_it_asks_how_or_who(
    text: str, form: AnswerForm, *, asks: bool
) -> None:
    assert enquiry_of(_question(text, form=form)).parts[0].yes_no is asks
