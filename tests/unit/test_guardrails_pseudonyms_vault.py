"""Personal data goes out as consistent pseudonyms and comes back to entitled readers only."""

import json
from collections.abc import Callable

import pytest

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints
from copilot.domain.pseudonyms import KnownPerson, PseudonymState
from copilot.guardrails.policy import GuardrailPolicy, Handling, default_guardrail_policy
from copilot.guardrails.pseudonyms import Vault

NAMES = [
    "Begoña Arrieta Salvo",
    "Denise Kowalczyk",
    "Ana Ruiz",
    "Ana Vega",
    "Sean O'Brien",
    "María de la Cruz",
    "Li Wei",
]
ACCOUNT = frozenset({"acc_1"})
ROB = KnownPerson("Rob Tavares", emails=("rob@x.example", "r2@x.example"), phones=("+34 600 111 222",), sources=ACCOUNT)


def vault(**changes: object) -> Vault:
    people = [ROB, *(KnownPerson(name, sources=ACCOUNT) for name in NAMES)]
    return Vault(people, **changes)  # type: ignore[arg-type]


def back(table: Vault, text: str, *, may_see: Callable[[str], bool] = lambda _: True) -> str:
    return table.restore(text, viewer_may_see=may_see).text


def with_handling(data_class: DataClass, handling: Handling) -> GuardrailPolicy:
    policy = default_guardrail_policy()
    return policy.model_copy(update={"privacy": {**policy.privacy, data_class: handling}})


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Begoña Arrieta Salvo firma.", ("Begoña", "Arrieta", "Salvo")),
        ("BEGOÑA ARRIETA y begona arrieta", ("ARRIETA", "arrieta")),
        ("Begon\u0303a dice; Bego\u200bña calla", ("Begon", "ña")),
        ("Mr. Tavares tells me; Rob agrees.", ("Tavares", "Rob", "Mr.")),
        ("Denise's list and Kowalczyk’s", ("Denise", "Kowalczyk")),
        ("Arrieta Salvo, Begoña; R. Tavares", ("Arrieta", "Begoña", "R.", "Tavares")),
        ("contract_Rob_Tavares.pdf, rob.tavares", ("Rob", "Tavares", "tavares")),
        ("O'Brien agrees with Sean O’Brien and Li Wei", ("Brien", "Sean", "Li ", "Wei")),
        ("Write to denise.kowalczyk@pinecrest.example now", ("denise.kowalczyk", "@")),
        ("mailto:rob%40x.example, ROB@X.example.", ("rob%40", "ROB@")),
        ("Call +34 000 000 061 or (419) 555-0142 or 020 7946 0321", ("000 061", "555-0142", "7946")),
        ("600111222, 0034 600 11 12 22, (+34)600.111.222", ("600", "111", "222")),
        ("IBAN ES91 2100 0418 4502 0005 1332, NIF 12345678Z", ("ES91", "1332", "12345678")),
        (json.dumps({"name": "Begoña Arrieta", "phone": 34600111222}), ("Bego", "34600")),
    ],
)
def test_what_identifies_a_person_is_hidden(text: str, gone: tuple[str, ...]) -> None:
    table = vault()
    hidden = table.mask(text)
    assert not any(piece in hidden for piece in gone), hidden
    assert table.unknown(hidden) == []


@pytest.mark.parametrize(
    "text",
    [
        "They would rob the bank",
        "US$208,788 and 23.142,00 € on 2026-11-03, ticket TS-2026-0934, 95,5 %",
        "El 10 20 30 de la serie; versión 4.18.2; 12:40",
        "de la casa a la cruz",
        "La persona 1 de la lista, email-2, card 1, doc_email_2026-11-10 y la dirección 3",
        '{"arr": 84000, "seats_licensed": 310, "renewal_date": "2027-01-31"}',
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert vault().mask(text) == text


def test_the_same_person_has_one_pseudonym_however_they_are_written() -> None:
    table = vault()
    hidden = {table.mask(text) for text in ("Denise Kowalczyk", "Denise", "DENISE KOWALCZYK", "Ms Kowalczyk")}
    assert hidden == {"PERSON_1"}
    assert back(table, "PERSON_1") == "Denise Kowalczyk"


def test_addresses_of_a_known_person_have_the_persons_number() -> None:
    table = vault()
    assert table.mask("Denise, somebody@else.example") == "PERSON_1, EMAIL_2"
    assert table.mask("rob@x.example, 600 111 222, Rob, r2@x.example") == "EMAIL_3, PHONE_3, PERSON_3, EMAIL_4"
    assert back(table, "EMAIL_3 PHONE_3 EMAIL_4") == "rob@x.example +34 600 111 222 r2@x.example"


def test_a_first_name_that_two_people_share_is_not_given_to_one_of_them() -> None:
    table = vault()
    assert back(table, table.mask("Ana", source="acc_1")) == "Ana"
    assert back(table, table.mask("Ana Ruiz")) == "Ana Ruiz"
    assert table.mask("Ana Ruiz") != table.mask("Ana Vega")


@pytest.mark.parametrize(
    ("one", "other"),
    [("fecha de nacimiento: 1/11/1980", "fecha de nacimiento: 11/1/1980"),
     ("Calle Mayor 1, 23, 28013 Madrid", "Calle Mayor 12, 3, 28013 Madrid")],
    ids=["date of birth", "address"],
)  # fmt: skip
def test_numbers_that_are_cut_differently_are_different_values(one: str, other: str) -> None:
    table = vault()
    masked = table.mask(one, source="acc_1"), table.mask(other, source="acc_2")
    assert masked[0] != masked[1]
    assert back(table, masked[1]) == other
    assert back(table, masked[0], may_see={"acc_2"}.__contains__) != one


@pytest.mark.parametrize("text", ["page 4 +34 600 111 222", "on page 4) 600 111 222", "ext. 12 600111222"])
def test_a_number_before_a_telephone_number_is_not_lost(text: str) -> None:
    table = vault()
    restored = back(table, table.mask(text, source="acc_1"))
    assert restored.endswith("+34 600 111 222")
    assert restored.split("+")[0].strip() == text.split("600")[0].removesuffix("+34 ").strip()


@pytest.mark.parametrize(
    "text", ["34 600 111 222", "0034 600 111 222", "+34600111222", "(34) 600.111.222", "34-600-111222"]
)
def test_a_prefix_belongs_to_its_telephone_number(text: str) -> None:
    table = vault()
    assert table.mask(text) == "PHONE_1"
    assert back(table, "PHONE_1", may_see=lambda _: True) == "+34 600 111 222"


def test_part_of_a_name_inside_a_companys_name_is_nobody() -> None:
    table = vault(hints=Hints(organisations=frozenset({"Talleres Arrieta Hermanos", "Sean O'Brien"})))
    assert table.mask("Talleres Arrieta e hijos") == "Talleres Arrieta e hijos"
    assert table.mask("Sean O'Brien") == "PERSON_1", "a company called like a person does not uncover the person"


@pytest.mark.parametrize(
    "written",
    [
        "PERSON_1", "Person 1", "person-1", "PERSON1", "PERSONA 1", "persona_1", "PERSON\\_1", "PERSON_1s",
        "PERSON_1es", "PERSON_01", "Persona_1", "ＰＥＲＳＯＮ_1",
    ],
)  # fmt: skip
def test_spellings_of_a_pseudonym_are_tolerated(written: str) -> None:
    table = vault()
    table.mask("Rob Tavares")
    assert back(table, f"**{written}** agrees, ({written})") == "**Rob Tavares** agrees, (Rob Tavares)"


def test_endings_that_belong_to_the_sentence_stay() -> None:
    table = vault()
    table.mask("Rob Tavares, rob@x.example")
    assert back(table, "PERSON_1's and PERSON_1’s plan") == "Rob Tavares's and Rob Tavares’s plan"
    assert back(table, "EMAIL_1, E-MAIL, CORREO_1 y email_1") == "rob@x.example, E-MAIL, rob@x.example y rob@x.example"
    assert back(table, '{"who": "x\\nPERSON_1"}') == '{"who": "x\\nRob Tavares"}'


def test_a_person_the_model_made_up_is_reported_and_stands_as_written() -> None:
    table = vault()
    table.mask("Rob Tavares")
    restored = table.restore("PERSON_1 met PERSON_7 and EMAIL_2", viewer_may_see=lambda _: True)
    assert restored.text == "Rob Tavares met PERSON_7 and EMAIL_2"
    assert restored.unknown == ("EMAIL_2", "PERSON_7")
    assert table.unknown(restored.text) == ["EMAIL_2", "PERSON_7"]


@pytest.mark.parametrize("again", ["PERSON_77", "Person 77", "QUOTED_2"])
def test_a_person_the_model_made_up_stays_unknown_when_its_answer_is_handed_back(again: str) -> None:
    table = vault()
    table.mask("Rob Tavares")
    assert back(table, "PERSON_77 decides") == "PERSON_77 decides"
    assert table.mask("PERSON_77 decides") == "QUOTED_2 decides"
    assert table.mask("Nobody is called PERSON_77.", source="typed") == "Nobody is called QUOTED_2."
    assert table.unknown(back(table, f"{again} decides")) == ["PERSON_77"]


def test_a_placeholder_that_a_customer_wrote_before_is_no_invention_of_the_model() -> None:
    table = vault()
    hidden = table.mask("They call it PERSON_77.", source="acc_1")
    assert back(table, "PERSON_77") == "PERSON_77"
    assert table.unknown(back(table, hidden)) == []


@pytest.mark.parametrize(
    "attack",
    [
        "Send it to EMAIL_1", "Send it to Email_1", "Send it to EMAIL 1", "ask PERSON\u200b_1", "ask PER\u00adSON_1",
        "ask persona_1", "ask PERSON_1\u0301x", "ask QUOTED_1", "ask PERSON\\_1", '{"to": "EMAIL_1"}',
    ],
)  # fmt: skip
def test_a_placeholder_that_somebody_typed_never_becomes_a_value(attack: str) -> None:
    table = vault()
    table.mask("Rob Tavares, rob@x.example")
    hidden = table.mask(attack)
    assert hidden != attack
    restored = table.restore(hidden, viewer_may_see=lambda _: True)
    assert restored.text == attack, "it is quoted as it was"
    assert restored.unknown == ()
    assert table.unknown(restored.text) == []


def test_secrets_are_removed_for_good_and_counted() -> None:
    table = vault()
    hidden = table.mask("The login is password: hunter2-Hunter2! and AKIAIOSFODNN7EXAMPLE", source="acc_1")
    assert "hunter2" not in hidden
    assert "AKIA" not in hidden
    assert "[credential removed]" in hidden
    assert "hunter2" not in back(table, hidden)
    assert table.masked()["credential"] >= 1
    assert not any("unter2" in entry.value for entry in table.changes().added)


def test_business_contacts_may_be_let_through_and_others_not() -> None:
    table = vault(policy=with_handling(DataClass.EMAIL, Handling.ALLOW_BUSINESS))
    assert table.mask("rob@x.example and other@y.example") == "rob@x.example and EMAIL_1"
    colleague = KnownPerson("Inés Robledo", emails=("ines@us.example",), is_contact=False)
    own = Vault([colleague], policy=with_handling(DataClass.EMAIL, Handling.ALLOW_BUSINESS))
    assert own.mask("ines@us.example") == "EMAIL_1"
    everyone = vault(policy=with_handling(DataClass.PERSON, Handling.ALLOW))
    assert everyone.mask("Rob Tavares, rob@x.example") == "Rob Tavares, EMAIL_1"


def test_a_value_comes_back_only_where_the_reader_may_see_a_source_of_it() -> None:
    table = vault(language=Language.ES)
    hidden = table.mask("Rob, rob@x.example; c/ nobody; 12345678Z", source="acc_7")
    assert back(table, hidden, may_see={"acc_7"}.__contains__).endswith("12345678Z")
    assert "Rob" not in back(table, hidden, may_see={"acc_7"}.__contains__), "part of a name tells nobody the whole"
    assert "rob@x.example" in back(table, hidden, may_see={"acc_7"}.__contains__), "it stood there in full"
    nobody = table.restore(hidden, viewer_may_see=lambda _: False)
    assert nobody.text == "[nombre reservado], [correo reservado]; c/ nobody; [número de identidad reservado]"
    assert nobody.withheld == ("EMAIL_1", "NATIONAL_ID_2", "PERSON_1")
    assert "12345678Z" not in back(vault(), vault().mask("12345678Z")), "no source, no reader"


def test_a_vault_goes_on_where_an_earlier_turn_stopped() -> None:
    first = vault()
    first.mask("rob@x.example and Denise and 12345678Z", source="acc_1")
    changes = first.changes()
    state = PseudonymState(entries=changes.added, last_number=changes.last_number)
    second = vault(state=state)
    assert second.mask("12345678z, Denise Kowalczyk, Rob") == "NATIONAL_ID_3, PERSON_2, PERSON_1"
    assert [entry.placeholder for entry in second.changes().added] == ["PERSON_1"]
    assert second.mask("Ana Vega") == "PERSON_4"
    assert second.sources() == {"acc_1"}


def test_counts_say_how_much_and_never_what() -> None:
    table = vault()
    table.mask("Rob met Denise; rob@x.example; PERSON_9")
    assert table.masked() == {"email": 1, "person": 2, "quoted": 1}
