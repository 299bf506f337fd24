"""What templates say: translated, filled in, and escaped where it is filled in."""

import sys

import pytest
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import UndefinedError

from api.localisation import translate
from api.web.templating import environment
from copilot.domain.language import Language

HOSTILE = "<b>&amp;</b>"


@pytest.mark.parametrize(
    ("language", "source", "shown"),
    [
        (Language.ES, '{{ _("Accounts") }}', "Cuentas"),
        (Language.EN, '{{ _("Accounts") }}', "Accounts"),
        (Language.EN, '{{ _("version %(number)s", number=3) }}', "version 3"),
        (Language.ES, '{{ _("version %(number)s", number=name) }}', "versión &lt;b&gt;&amp;amp;&lt;/b&gt;"),
        (Language.EN, '{{ _("version %(number)s", number=name|e) }}', "version &lt;b&gt;&amp;amp;&lt;/b&gt;"),
        (Language.EN, '{% for n in (1, 2) %}{{ _("version %(number)s", number=n) }}{% endfor %}', "version 1version 2"),
        (Language.EN, '{{ _("100%% sure") }}', "100% sure"),
        (Language.EN, '{{ _("from %(from)s", from=3) }}', "from 3"),
        (Language.ES, '{% macro said(_) %}{{ _("Accounts") }}{% endmacro %}{{ said("%s!".__mod__) }}', "Accounts!"),
        (Language.ES, '{{ ngettext("%(num)s day", "%(num)s days", 2) }}', "2 días"),
    ],
)  # fmt: skip
def test_what_is_said_is_translated_and_what_is_filled_in_escaped(language: Language, source: str, shown: str) -> None:
    assert environment(language).from_string(source).render(name=HOSTILE) == shown


def test_what_is_not_there_is_not_said() -> None:
    with pytest.raises(UndefinedError):
        environment(Language.EN).from_string('{{ _("version %(number)s", number=nothing) }}').render()


@pytest.mark.parametrize("language", list(Language))
def test_what_is_no_message_is_not_kept(language: Language) -> None:
    name = "-".join(["Nuria", language.value])
    before = sys.getrefcount(name)
    assert translate(name, language=language) == name
    assert sys.getrefcount(name) == before


@pytest.mark.parametrize("language", list(Language))
def test_templates_say_what_jinja_makes_of_them(language: Language) -> None:
    """Every template compiles, and a page comes out as of Jinja's own generator."""
    ours = environment(language)
    for name in ours.list_templates(extensions=["html"]):
        ours.get_template(name)
    plain = ours.overlay()
    plain.code_generator_class = CodeGenerator
    shown = {"title": HOSTILE, "advice": HOSTILE, "standard_advice": "", "detail": None, "reference": 3}
    shown |= {"status_code": 404, "viewer": None, "flash": None, "theme": "system", "path": "/", "here": "/"}
    [one, other] = [env.get_template("error.html").render(shown) for env in (ours, plain)]
    assert one == other
    assert "&lt;b&gt;" in one
