"""Formatted personal data: what is found, and what only looks like it. All people and numbers are invented."""

import pytest

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.analysis import find_personal_data, without_overlaps

SPAIN = Hints(language=Language.ES, countries=("ES",))
LETTERS = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"

FOUND: list[tuple[str, DataClass, str, str]] = [
    # emails
    ("email", DataClass.EMAIL, "Escriba a {} hoy.", "marta.ruiz-vega@nubia.example.com"),
    ("email_accents", DataClass.EMAIL, "Correo: {}", "josé@peñaranda.es"),
    ("email_at", DataClass.EMAIL, "me encuentras en {}.", "lola(at)nubia.es"),
    ("email_arroba", DataClass.EMAIL, "mail {}", "lola [arroba] nubia [punto] es"),
    ("email_brackets", DataClass.EMAIL, "Lola <{}>", "lola+ventas@nubia.co.uk"),
    # telephones
    ("phone_es_plus", DataClass.PHONE, "Mi número es el {}.", "+34 612 34 56 78"),
    ("phone_es_00", DataClass.PHONE, "Tel. {}", "0034 912 345 678"),
    ("phone_es_grouped", DataClass.PHONE, "Estaré en el {} toda la tarde", "612 345 678"),
    ("phone_es_dots", DataClass.PHONE, "o en el {}.", "912.345.678"),
    ("phone_es_cue", DataClass.PHONE, "llámeme al {}", "612345678"),
    ("phone_no_space", DataClass.PHONE, "Fax:{} ", "942202726"),
    ("phone_letter", DataClass.PHONE, "Lola Vega\nT: {}", "91 555 01 23"),
    ("phone_glued_extension", DataClass.PHONE, "desk {}", "+1-202-555-0188x442"),
    ("phone_dotted_extension", DataClass.PHONE, "desk {}", "202.555.0188x44"),
    ("phone_short_extension", DataClass.PHONE, "desk {}", "001-555-0101x5"),
    ("phone_australia", DataClass.PHONE, "{} is the phone", "(03) 9555 1212"),
    ("phone_with_0", DataClass.PHONE, "London {}", "+44(0)20 7946 0000"),
    ("phone_au_plus", DataClass.PHONE, "Sydney {}", "+61 3 9555 1212"),
    ("phone_line_above", DataClass.PHONE, "Phone:\n{}", "60-56-85-91"),
    ("phone_said_after", DataClass.PHONE, "{} is my number", "0721 55 63 12"),
    ("phone_in_signature", DataClass.PHONE, "Ingrid Falk\nOslo\n{}\n", "0961 759 6216"),
    ("phone_co", DataClass.PHONE, "celular: {}", "310 123 4567"),
    ("phone_cl", DataClass.PHONE, "fono {}", "9 8123 4567"),
    ("phone_cl_plus", DataClass.PHONE, "WhatsApp {}", "+56 9 8123 4567"),
    ("phone_mx", DataClass.PHONE, "tel. {}", "55 1234 5678"),
    ("phone_ar", DataClass.PHONE, "teléfono {}", "011 4567-8901"),
    ("phone_us", DataClass.PHONE, "Reach us, {}, any time", "(415) 555-0132"),
    ("phone_us_dashes", DataClass.PHONE, "Desk 415-555-0132 or {}", "212-555-0187"),
    ("phone_us_extension", DataClass.PHONE, "Call {}", "415-555-0132 ext. 204"),
    ("phone_uk", DataClass.PHONE, "London office {}", "020 7946 0958"),
    ("phone_uk_plus", DataClass.PHONE, "mobile {}", "+44 7700 900123"),
    ("phone_de_plus", DataClass.PHONE, "Berlin: {}", "+49 30 901820"),
    # addresses
    ("address_es", DataClass.ADDRESS, "Nos vemos en {}.", "Calle de Alcalá, 45, 3.º B, 28014 Madrid"),
    ("address_es_short", DataClass.ADDRESS, "Oficina en {} desde mayo", "C/ Mayor 12"),
    ("address_es_no_number", DataClass.ADDRESS, "planta en {}", "Polígono Industrial Las Mimosas, s/n"),
    ("address_es_untyped", DataClass.ADDRESS, "envíenlo a {}.", "Goya 25, 3.º B, 28001 Madrid"),
    ("address_es_lower", DataClass.ADDRESS, "vivo en {}.", "calle monforte de lemos 129, 8C"),
    ("address_road", DataClass.ADDRESS, "fábrica: {}", "Ctra. de Burgos, km 12,5"),
    ("address_mx", DataClass.ADDRESS, "en {}", "Av. Insurgentes Sur 1234, Col. Del Valle, C.P. 03100"),
    ("address_co", DataClass.ADDRESS, "sede {}, Bogotá", "Carrera 7 # 71-21"),
    ("address_co_words", DataClass.ADDRESS, "sede {}", "Calle 100 No. 8A-55"),
    ("address_us", DataClass.ADDRESS, "ship to {}.", "350 Fifth Avenue, New York, NY 10118"),
    ("address_us_suite", DataClass.ADDRESS, "at {}", "1600 Harbor Blvd, Suite 210"),
    ("address_uk", DataClass.ADDRESS, "visit {}", "221B Baker Street, London NW1 6XE"),
    ("address_box", DataClass.ADDRESS, "write to {}", "P.O. Box 1234"),
    ("address_forces", DataClass.ADDRESS, "ship to {}", "PSC 1437, Box 3833\nAPO AA 66791"),
    ("address_flat", DataClass.ADDRESS, "sent to {}", "735 Coronilla 35 Apt. 931\nNijmegen\n62971"),
    ("address_block", DataClass.ADDRESS, "Address:\n{}\n\nBest", "17693 Király u. 15\nLyss 50662"),
    ("address_quoted", DataClass.ADDRESS, "{}", "350 Fifth Avenue\n> New York, NY 10118"),
    ("address_label", DataClass.ADDRESS, "Domicilio: {}", "Teatinos 180"),
    # bank accounts and cards
    ("iban_es", DataClass.BANK_ACCOUNT, "Abone en {}.", "ES91 2100 0418 4502 0005 1332"),
    ("iban_gb", DataClass.BANK_ACCOUNT, "Pay into {} please", "GB82WEST12345698765432"),
    ("iban_small", DataClass.BANK_ACCOUNT, "iban {}", "de89370400440532013000"),
    ("clabe", DataClass.BANK_ACCOUNT, "CLABE {}", "032180000118359719"),
    ("account", DataClass.BANK_ACCOUNT, "bank account number {}", "12345678"),
    ("card_visa", DataClass.CARD, "la tarjeta {} caduca", "4111 1111 1111 1111"),
    ("card_mastercard", DataClass.CARD, "charged {} twice", "5555-5555-5555-4444"),
    ("card_amex", DataClass.CARD, "amex {}", "3782 822463 10005"),
    ("card_bare", DataClass.CARD, "pagó con {}", "4012888888881881"),
    ("card_rare", DataClass.CARD, "card number {} is lost", "630495060000000000"),
    # machines
    ("ip_4", DataClass.IP_ADDRESS, "accede desde {}", "83.44.190.12"),
    ("ip_4_host", DataClass.IP_ADDRESS, "host {}", "10.4.2.1"),
    ("ip_6", DataClass.IP_ADDRESS, "y desde {}", "2001:db8:85a3::8a2e:370:7334"),
    # credentials
    ("aws", DataClass.CREDENTIAL, "usa {} de momento", "AKIA" + "J7Q2" * 4),
    ("github", DataClass.CREDENTIAL, "token {}", "ghp_" + LETTERS),
    ("slack", DataClass.CREDENTIAL, "bot {}", "xoxb-" + "123456789012-" + LETTERS),
    ("google", DataClass.CREDENTIAL, "maps {}", "AIza" + LETTERS[:35]),
    ("stripe", DataClass.CREDENTIAL, "billing {}", "sk_" + "live_" + LETTERS),
    ("model_key", DataClass.CREDENTIAL, "key {}", "sk-" + "proj-" + LETTERS),
    ("sendgrid", DataClass.CREDENTIAL, "mail {}", "SG." + LETTERS[:22] + "." + LETTERS),
    ("jwt", DataClass.CREDENTIAL, "Cookie {}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + LETTERS),
    ("pem", DataClass.CREDENTIAL, "{}", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"),
    ("login", DataClass.CREDENTIAL, "base: {}, gracias", "postgres://ana:s3cr3t0@db.nubia.com/ventas"),
    ("password_beside", DataClass.CREDENTIAL, "login admin, password {}", "Hunter2024"),
    ("password_en", DataClass.CREDENTIAL, "The password is {}", "Hunter2!"),
    ("password_colon", DataClass.CREDENTIAL, "Password: {}", "tr0ub4dor&3"),
    ("password_es", DataClass.CREDENTIAL, "la contraseña es {}.", "Verano2024"),
    ("key_es", DataClass.CREDENTIAL, "clave de acceso: {}", "nubia-2024"),
    ("token", DataClass.CREDENTIAL, "token = {}", "9f8e7d6c5b4a"),
    ("password_quoted", DataClass.CREDENTIAL, 'password: "{}"', "montaña"),
    ("pin", DataClass.CREDENTIAL, "PIN: {}", "4821"),
    ("bearer", DataClass.CREDENTIAL, "Authorization: Bearer {}", LETTERS),
    # dates of birth
    ("born_es", DataClass.DATE_OF_BIRTH, "nacida el {} en Lugo", "12 de marzo de 1980"),
    ("born_label", DataClass.DATE_OF_BIRTH, "Fecha de nacimiento: {}", "03/12/1980"),
    ("dob", DataClass.DATE_OF_BIRTH, "DOB {}", "1980-03-12"),
    ("born_en", DataClass.DATE_OF_BIRTH, "She was born on {}.", "March 12, 1980"),
    ("born_after", DataClass.DATE_OF_BIRTH, "{} figura como fecha de nacimiento", "12/11/1984"),
    # identifiers
    ("nif", DataClass.NATIONAL_ID, "con NIF {}", "12345678Z"),
    ("nif_bare", DataClass.NATIONAL_ID, "Marta Ruiz, {}, firma", "12345678Z"),
    ("nif_dotted", DataClass.NATIONAL_ID, "firma {}", "12.345.678-Z"),
    ("nif_spaced", DataClass.NATIONAL_ID, "firma {}", "12 345 678 Z"),
    ("nif_small", DataClass.NATIONAL_ID, "mi dni es {}", "12345678z"),
    ("nie", DataClass.NATIONAL_ID, "residente {}", "X-1234567-L"),
    ("cif", DataClass.NATIONAL_ID, "CIF {}", "A58818501"),
    ("nss", DataClass.NATIONAL_ID, "afiliación {}", "28/12345678/40"),
    ("nss_bare", DataClass.NATIONAL_ID, "NSS {}", "281234567840"),
    ("curp", DataClass.NATIONAL_ID, "firma {}", "BOXW310820HNERXN09"),
    ("rfc", DataClass.NATIONAL_ID, "factura a {}", "GODE561231GR8"),
    ("cuit", DataClass.NATIONAL_ID, "CUIT {}", "20-05536168-2"),
    ("cuil_bare", DataClass.NATIONAL_ID, "CUIL {}", "20055361682"),
    ("rut", DataClass.NATIONAL_ID, "firma {}", "12.531.909-2"),
    ("rut_dash", DataClass.NATIONAL_ID, "RUT {}", "12531909-2"),
    ("nit", DataClass.NATIONAL_ID, "NIT {}", "213.123.432-1"),
    ("cedula", DataClass.NATIONAL_ID, "con cédula de ciudadanía No. {}", "52.345.678"),
    ("cedula_cc", DataClass.NATIONAL_ID, "C.C. {}", "1020345678"),
    ("cpf", DataClass.NATIONAL_ID, "titular {}", "390.533.447-05"),
    ("cpf_bare", DataClass.NATIONAL_ID, "CPF {}", "39053344705"),
    ("cnpj", DataClass.NATIONAL_ID, "empresa {}", "16.727.230/0001-97"),
    ("ssn", DataClass.NATIONAL_ID, "on file: {}", "536-90-4399"),
    ("ssn_spaces", DataClass.NATIONAL_ID, "SSN {}", "536 90 4399"),
    ("nino", DataClass.NATIONAL_ID, "NI number {}", "AB 12 34 56 C"),
    ("dni_argentina", DataClass.NATIONAL_ID, "DNI {}", "20.123.456"),
    ("ruc", DataClass.NATIONAL_ID, "RUC {}", "20512333797"),
    ("passport_es", DataClass.PASSPORT, "pasaporte {}", "AAB123456"),
    ("passport_en", DataClass.PASSPORT, "Passport no. {}", "123456789"),
    ("nif_wrong_but_said", DataClass.NATIONAL_ID, "DNI: {}", "12345678A"),
]  # fmt: skip

NOT_FOUND: list[tuple[str, str]] = [
    # emails
    ("handle", "Síganos en @nubia y @nubia_es"),
    ("price_at", "5 unidades @ 3.50 cada una"),
    ("retina_file", "el icono logo@2x.png"),
    ("git_remote", "git@github.com:nubia/portal.git"),
    ("package", "npm i left-pad@1.3.0"),
    # telephones
    ("order", "Pedido 612345678 entregado"),
    ("order_en", "Order no. 4155550132 shipped"),
    ("invoice", "factura 2024-000123 y 2024/000124"),
    ("amount_es", "1.234.567,89 € y 12.345.678 €"),
    ("amount_en", "$12,345,678.00 and 12,345.00 USD"),
    ("amount_spaces", "612 345 678 visitas y 12 345 678 €"),
    ("amount_plain", "un presupuesto de 612345678 euros"),
    ("date_es", "del 15/03/2024 al 15-03-2025, y 15.03.2024"),
    ("date_iso", "2024-03-15 10:30 y 2024-03-15T10:30:00Z"),
    ("years", "los ejercicios 2023-2024 y 2024/2025"),
    ("percentages", "12,5 % frente a 13,75 % y 99.95 %"),
    ("ean", "EAN 8412345678905"),
    ("isbn", "ISBN 978-84-376-0494-7"),
    ("gps", "40.416775, -3.703790"),
    ("ticket", "TICKET-612345678 y INC0012345678"),
    ("case", "Case 00123456 and case #5005e00000AbCdE"),
    ("po", "PO-4500012345 y PO 4500012345"),
    ("history", "NHC: 783117174"),
    ("round_amount", "734 000 000 millas cuadradas"),
    ("crm_id", "Had a call.\n00000107 was closed"),
    ("record_id", '"90311045201";"Nubia"'),
    ("called_then", "Tuvimos una llamada. 612 pedidos y 345678 en cola"),
    ("initial", "Médico: Ana M. Calvo, colegiada 31 31 20250"),
    ("product_of_numbers", "16.500 x 109 y 12.100x103"),
    ("timestamp", "1718445600 y 1718445600123"),
    # addresses
    ("address_of_machine", "MAC address: 00:1A:2B:3C:4D:5E"),
    ("address_of_nobody", "Dirección: pendiente de confirmar"),
    ("career", "Su carrera profesional 2024 en ventas"),
    ("round", "Ronda Serie A 5 millones"),
    ("plan_year", "el Plan Avenida Digital 2025"),
    ("street_alone", "abrió en la calle Serrano"),
    ("hard_drive", "2 Hard Drive units and 24 Google Drive seats"),
    ("one_way", "3 Right Way trainings"),
    ("sales_numbers", "En Madrid 25, en Sevilla 12, en Vigo 9"),
    # accounts and cards
    ("iban_wrong", "ES91 2100 0418 4502 0005 1333"),
    ("long_order", "Pedido 4012888888881881"),
    ("card_wrong", "pagó con 4111 1111 1111 1112"),
    ("clabe_wrong", "032180000118359718"),
    ("account_of_crm", "Account 00123456"),
    # machines
    ("version_es", "la versión 10.4.2.1 y la v 83.44.190.12"),
    ("version_en", "version 5.4.3.21, release 2.3.4.5 and v10.4.2.1"),
    ("section", "sección 3.2.1.4 y apartado 4.1.2.3"),
    ("heading", "4.3.2.1 Copias de seguridad"),
    ("product", "Oracle 12.1.0.2"),
    ("loopback", "en 127.0.0.1 o en 255.255.255.0"),
    ("too_big", "el 300.1.2.3"),
    ("times", "de 12:30:45 a 13:00:00"),
    ("hardware", "MAC 00:1A:2B:3C:4D:5E"),
    ("code", "std::vector y Foo::bar"),
    # credentials
    ("key_point_es", "La clave es la integración con SAP"),
    ("key_point", "The key is adoption"),
    ("policy", "Password: minimum 12 characters"),
    ("policy_2", "Passwords must have 12 characters and expire after 90 days"),
    ("policy_es", "La contraseña: obligatoria y de 12 caracteres"),
    ("field_names", '{"vpn_auth_pwd": "Username and password"}'),
    ("placeholder", "password=${DB_PASSWORD} y token: <TOKEN>"),
    ("masked", "contraseña: ********"),
    ("hash", "d41d8cd98f00b204e9800998ecf8427e"),
    ("uuid", "550e8400-e29b-41d4-a716-446655440000"),
    ("hyphens", "sk-learn y risk-averse-customers-in-the-middle-market"),
    ("secret", "El secreto: escuchar al cliente"),
    ("url", "https://nubia.com:8443/ventas@2024"),
    # dates
    ("renewal", "Renueva el 12 de marzo de 2025"),
    ("founded", "Fundada en 1998, la empresa nació en un garaje"),
    ("company_born", "The company was born in a garage in 1998."),
    # identifiers
    ("nif_wrong", "12345678A"),
    ("nie_wrong", "X1234567A"),
    ("cif_wrong", "A58818502"),
    ("nss_wrong", "28/12345678/41"),
    ("nss_plain", "281234567840"),
    ("curp_wrong", "BOXW310820HNERXN08"),
    ("rfc_wrong", "GODE561231GR9"),
    ("cuit_wrong", "20-05536168-3"),
    ("cuit_plain", "20055361682"),
    ("rut_wrong", "12.531.909-3"),
    ("nit_wrong", "213.123.432-2"),
    ("cedula_plain", "52.345.678 y 1020345678"),
    ("cpf_wrong", "390.533.447-06"),
    ("cpf_plain", "39053344705"),
    ("ssn_wrong", "000-90-4399 y 666-12-3456"),
    ("ssn_plain", "536904399"),
    ("nino_wrong", "GB 12 34 56 C"),
    ("sku", "SKU 12345678Z"),
    ("part", "part number AB123456C, modelo A58818501"),
    ("product_code", "REF-12345678Z y 7.0.1-12345678Z-beta"),
    ("quantity", "12345678 unidades"),
    ("rfp_code", "RFP-2024-0012345"),
    ("passport_word", "Passport renewals grew 12 % in 2024"),
    ("company_names", "Grupo 3000, Torre 28 y Studio 54"),
    ("quarters", "Q3 2024, FY25 y H1-2025"),
]  # fmt: skip


def found(text: str, hints: Hints = SPAIN) -> list[PersonalSpan]:
    return [span for span in find_personal_data(text, hints=hints) if span.data_class is not DataClass.PERSON]


@pytest.mark.parametrize(("data_class", "sentence", "value"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_it_is_found(data_class: DataClass, sentence: str, value: str) -> None:
    spans = found(sentence.format(value))
    assert (data_class, value) in [(span.data_class, span.value) for span in spans]


@pytest.mark.parametrize("text", [row[1] for row in NOT_FOUND], ids=[row[0] for row in NOT_FOUND])
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", [row[1] for row in NOT_FOUND], ids=[row[0] for row in NOT_FOUND])
def test_nor_for_accounts_in_america(text: str) -> None:
    assert found(text, Hints(language=Language.EN, countries=("US", "MX", "CO"))) == []


def span(start: int, end: int, *, data_class: DataClass = DataClass.PHONE, score: float = 0.9) -> PersonalSpan:
    return PersonalSpan(data_class=data_class, scheme="x", start=start, end=end, value="v" * (end - start), score=score)


def test_a_valid_check_digit_beats_length() -> None:
    checked = span(3, 8, data_class=DataClass.NATIONAL_ID, score=1.0)
    assert without_overlaps([span(0, 10), checked]) == (checked,)


def test_the_longer_beats_the_surer_and_the_surer_beats_the_other() -> None:
    assert without_overlaps([span(0, 4, score=1.0), span(0, 9, score=0.5)]) == (span(0, 9, score=0.5),)
    assert without_overlaps([span(0, 4, score=0.5), span(0, 4, score=0.7)]) == (span(0, 4, score=0.7),)


def test_neighbours_stay_and_come_in_reading_order() -> None:
    assert without_overlaps([span(8, 12), span(0, 4), span(4, 8)]) == (span(0, 4), span(4, 8), span(8, 12))


def test_an_empty_span_is_nothing() -> None:
    assert without_overlaps([span(3, 3)]) == ()


def test_what_one_sentence_holds_comes_apart() -> None:
    text = (
        "Marta Ruiz (NIF 12345678Z) paga desde ES91 2100 0418 4502 0005 1332; móvil 612 345 678, marta@nubia.es, "
        "Calle Mayor 12, 28013 Madrid."
    )
    assert [(item.scheme, item.value) for item in found(text)] == [
        ("es.nif", "12345678Z"),
        ("iban", "ES91 2100 0418 4502 0005 1332"),
        ("phone", "612 345 678"),
        ("email", "marta@nubia.es"),
        ("address", "Calle Mayor 12, 28013 Madrid"),
    ]


def test_a_second_telephone_behind_a_slash_is_found_too() -> None:
    assert [item.value for item in found("Tel.: 91 555 01 23 / 612 345 678")] == ["91 555 01 23", "612 345 678"]
    assert [item.value for item in found("Tlf. 917277336 - 606409021")] == ["917277336", "606409021"]


def test_a_connection_with_a_password_is_a_secret_as_a_whole() -> None:
    spans = found("usa mysql://ventas:p4labra@db.nubia.com:3306/crm.")
    assert [(item.data_class, item.value) for item in spans] == [
        (DataClass.CREDENTIAL, "mysql://ventas:p4labra@db.nubia.com:3306/crm")
    ]


def test_a_private_key_without_its_end_is_a_secret_too() -> None:
    text = "-----BEGIN PRIVATE KEY-----\n" + "MIIB" * 20
    assert [item.value for item in found(text)] == [text]


def test_the_account_s_country_decides_about_a_run_of_digits() -> None:
    text = "hablamos en el 612345678"
    assert found(text, Hints(countries=("ES",)))
    assert not found(text, Hints(countries=("AR", "ES")))
    assert not found(text, Hints())
