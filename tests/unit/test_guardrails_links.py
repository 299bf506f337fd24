"""Links, images and addresses that nobody of ours put into a draft; none of a source ever becomes clickable."""

import re

import pytest
from pydantic import ValidationError

from copilot.domain.drafts import Audience
from copilot.domain.evidence import Origin
from copilot.domain.findings import Action, Severity, Stage
from copilot.domain.rendering import render_html, render_markdown
from copilot.guardrails.detector import Text
from copilot.guardrails.link_rules import LinkRules
from copilot.guardrails.links import LinksDetector
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.surroundings import Surroundings
from tests.guardrails_commitments_builders import context, passage, rules

DETECTOR = LinksDetector(LinkRules(allowed_domains=("tramontia.example",)))


def found_in(text: str) -> list[str]:
    return [item.rule for item in DETECTOR.inspect_text(Text(f"Hola, {text} gracias.", stage=Stage.OUTPUT))]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("https://evil.com/x", "links.outside_address"),
        ("HTTPS://EVIL.COM", "links.outside_address"),
        ("visite www.evil.com", "links.outside_address"),
        ("visite evil.com/descarga", "links.outside_address"),
        ("//evil.com/x.png", "links.outside_address"),
        ("http://185.10.1.1/a", "links.outside_address"),
        ("<https://evil.com>", "links.outside_address"),
        ("escriba a pepe@evil.com", "links.outside_mail_address"),
        ("mailto:pepe@evil.com?subject=hola", "links.outside_mail_address"),
        ("javascript:alert(1)", "links.dangerous_scheme"),
        ("JaVaScRiPt : alert(1)", "links.dangerous_scheme"),
        ("data:text/html;base64,AAAA", "links.dangerous_scheme"),
        ("file:///etc/passwd", "links.dangerous_scheme"),
        ("https://tramontia.example@evil.com/", "links.disguised_address"),
        ("https://tramontia.example\\@evil.com", "links.disguised_address"),
        ("https://tramontia.example.evil.com", "links.disguised_address"),
        ("https://tramontia-example.com", "links.disguised_address"),
        ("https://tramontla.example/login", "links.disguised_address"),
        ("https://tr\u0430montia.example", "links.disguised_address"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.com", "links.disguised_address"),
        ("https://xn--trmontia-k2a.example", "links.disguised_address"),
        ("soporte@tramontla.example", "links.disguised_address"),
        ("https://evil.com/?q=aGVsbG8gd29ybGQgdGhpcyBpcyBzZWNyZXQ1", "links.carries_data"),
        ("https://tramontia.example/r?u=https://evil.com", "links.carries_data"),
        ("https://tramontia.example/r?u=%2F%2Fevil.com", "links.carries_data"),
        ("<img src=x onerror=alert(1)>", "links.markup"),
        ("<a href='https://tramontia.example'>aquí", "links.markup"),
        ("[pulse aquí](/ayuda)", "links.markup"),
        ("![logo](/logo.png)", "links.markup"),
    ],
)
def test_what_could_be_opened_is_found(text: str, rule: str) -> None:
    assert found_in(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.tramontia.example/ayuda",
        "tramontia.example/ayuda",
        "soporte@tramontia.example",
        "la versión 3.2.1 sale hoy",
        "el archivo informe.docx y datos.csv",
        "datos: 3 tickets",
        "a fin de mes.Es así",
        "S.L. y S.A. en EE.UU.",
        "<5 días",
        "uso < 5 y > 3",
        "véase [1] y [2] (anexo)",
        "C:\\datos",
        "javascript es un lenguaje",
        "24/7 // 365",
    ],
)
def test_ordinary_text_and_our_own_domains_are_fine(text: str) -> None:
    assert found_in(text) == []


def test_a_company_named_like_a_domain_is_a_light_finding() -> None:
    (found,) = DETECTOR.inspect_text(Text("Hablé con Booking.com ayer.", stage=Stage.OUTPUT))
    assert (found.severity, found.action) == (Severity.MEDIUM, Action.FLAG)


def test_an_address_that_our_own_cited_source_has_may_stay() -> None:
    own, theirs = passage(1, "Ayuda: https://docs.partner.com/guia"), "https://docs.partner.com/guia"
    assert rules(DETECTOR, context((f"Vea {theirs}.", [own]))) == []
    assert rules(DETECTOR, context((f"Vea {theirs}.", [own]), ("Y https://docs.partner.com/otra.", [own]))) == [
        "links.outside_address"
    ]
    longer = passage(1, "Ayuda: https://docs.partner.com/guia-secreta")
    assert rules(DETECTOR, context((f"Vea {theirs}.", [longer]))) == ["links.outside_address"]


def test_an_address_that_a_customer_wrote_may_not() -> None:
    theirs = passage(1, "Miren https://evil.com/x", origin=Origin.CUSTOMER)
    assert rules(DETECTOR, context(("Vea https://evil.com/x.", [theirs]))) == ["links.outside_address"]


def test_our_domains_are_those_of_our_people_but_no_mail_provider() -> None:
    around = Surroundings(own_domains=frozenset({"tramontia.example", "gmail.com"}))
    plain = LinksDetector()
    assert rules(plain, context(("Escriba a ana@tramontia.example.", ()), surroundings=around)) == []
    assert rules(plain, context(("Escriba a ana@gmail.com.", ()), surroundings=around)) == [
        "links.outside_mail_address"
    ]


def test_titles_are_looked_at_too() -> None:
    given = context(("Hola.", ()))
    draft = given.draft.model_copy(update={"title": "Lea https://evil.com"})
    (found,) = DETECTOR.inspect(type(given)(draft=draft, current={}))
    assert (found.rule, found.segment_id, found.start) == ("links.outside_address", None, None)


@pytest.mark.parametrize(("audience", "held"), [(Audience.EXTERNAL, True), (Audience.INTERNAL, False)])
def test_what_leaves_is_held_and_what_stays_is_flagged(audience: Audience, *, held: bool) -> None:
    report = Guardrails().report(context(("Vea https://evil.com/x.", ()), audience=audience))
    (found,) = (item for item in report.findings if item.rule.startswith("links."))
    assert found.action is (Action.HOLD if held else Action.FLAG)


def test_a_person_may_type_a_link_but_is_warned_of_one_that_hides() -> None:
    assert list(DETECTOR.inspect_text(Text("Resume https://evil.com/x"))) == []
    (found,) = DETECTOR.inspect_text(Text("Resume https://tramontia.example@evil.com"))
    assert (found.rule, found.action) == ("links.disguised_address", Action.FLAG)


def test_an_allowed_domain_must_be_a_domain() -> None:
    with pytest.raises(ValidationError, match="is no domain"):
        LinkRules(allowed_domains=("https://tramontia.example/",))


HOSTILE = (
    "[pulse](https://evil.com) ![x](https://evil.com/p.png) <https://evil.com> <a href=https://evil.com>x</a> "
    "<img src=//evil.com/p.png> https://evil.com/?d=1 www.evil.com javascript:alert(1) \n[1]: https://evil.com"
)


def test_nothing_of_a_source_becomes_a_link_or_an_image_in_markdown() -> None:
    theirs = passage(1, HOSTILE, origin=Origin.CUSTOMER)
    text = render_markdown(context((HOSTILE, [theirs])).draft.model_copy(update={"title": HOSTILE}))
    assert not re.search(r"(?<!\\)[\[<]\D", text)
    assert not re.search(r"(?<!\\)://|\bwww\.", text)
    assert not re.search(r"^\s*\[[^\]]+\]:", text, re.MULTILINE)


def test_nothing_of_a_source_becomes_a_link_or_an_image_in_html() -> None:
    theirs = passage(1, HOSTILE, origin=Origin.CUSTOMER)
    page = render_html(context((HOSTILE, [theirs])).draft.model_copy(update={"title": HOSTILE}))
    assert set(re.findall(r"<a href=\"([^\"]*)\"", page)) == {"#source-1"}
    assert not re.search(r"<(?:img|script|iframe|object|form)\b|\son\w+=\S*\(1\)[^&]*>", page)


@pytest.mark.parametrize("text", ["<" * 200_000, "[" * 200_000, "a@" * 100_000, "http://" * 30_000, "\\" * 200_000])
def test_hostile_texts_end_soon(text: str) -> None:
    assert len(found_in(text)) <= 50
