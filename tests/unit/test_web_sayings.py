"""What templates say: translated, filled in, and escaped where it is filled in."""

import sys

import pytest
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
