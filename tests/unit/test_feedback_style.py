"""What one edit says about style, near misses included, and how preferences are written into sentences."""

import pytest

from copilot.approvals.feedback.application import styled, styled_text
from copilot.approvals.feedback.facts import Fact, name_words
from copilot.approvals.feedback.mining import mine
from copilot.approvals.feedback.observing import Edit, observe
from copilot.approvals.feedback.reasons import reasons
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.drafts import Audience, Section, Segment
from copilot.domain.language import Language
from copilot.domain.style import Preference, PreferenceKind, Scope, ScopeKind, Style, in_force, muted, relearnt

NAMES = name_words(["Insight", "Aceros Tormes"])
ES, EN = Language.ES, Language.EN


def edit(old: str, new: str, language: Language = ES, *, sources: tuple[str, ...] = (), number: int = 0) -> Edit:
    return Edit(
        old=old,
        new=new,
        language=language,
        item_id=f"item-{number}",
        draft_id=f"draft-{number}",
        account_id=f"account-{number}",
        editor_id="editor",
        sources=sources,
    )


def preference(before: str, after: str, kind: PreferenceKind = PreferenceKind.WORDING) -> Preference:
    return Preference(kind=kind, before=before, after=after)


@pytest.mark.parametrize(
    ("old", "new", "language", "found"),
    [
        ("Hay que utilizar el panel.", "Hay que usar el panel.", ES, "utilizar>usar"),
        ("Adicionalmente, todo sigue igual.", "Además, todo sigue igual.", ES, "adicionalmente>además"),
        ("Un plan con el fin de formar al turno.", "Un plan para formar al turno.", ES, "con el fin de>para"),
        ("They plan to utilize the panel.", "They plan to use the panel.", EN, "utilize>use"),
        ("A note regarding the panel.", "A note about the panel.", EN, "regarding>about"),
        ("We organise the panel.", "We organize the panel.", EN, "british>american"),
        ("Estimada Marta, gracias.", "Hola Marta, gracias.", ES, "estimado>hola"),
        ("Le adjunto el plan.", "Te adjunto el plan.", ES, "usted>tú"),
        ("Gracias por venir!", "Gracias por venir.", ES, "!>."),
    ],
)
def test_style_is_read(old: str, new: str, language: Language, found: str) -> None:
    changes = observe(edit(old, new, language), names=NAMES).changes
    assert [f"{change.before}>{change.after}" for change in changes] == [found]


@pytest.mark.parametrize(
    ("old", "new", "language"),
    [
        ("Quedan 3 plazas.", "Quedan 4 plazas.", ES),
        ("Quedan tres plazas.", "Quedan cuatro plazas.", ES),
        ("Vence el 3 de marzo.", "Vence el 3 de mayo.", ES),
        ("El equipo acepta el plan.", "El equipo no acepta el plan.", ES),
        ("El equipo puede firmar.", "El equipo debe firmar.", ES),
        ("El equipo firmará el plan.", "El equipo firma el plan.", ES),
        ("Revisan el insight.", "Revisan el panel.", ES),
        ("Mantenix, como siempre, responde.", "Fieldora, como siempre, responde.", ES),
        ("Hablan con Julián.", "Hablan con Tomás.", ES),
        ("El uso es alto.", "El uso es bajo.", ES),
        ("Es posible el cambio.", "Es imposible el cambio.", ES),
        ("Dijo «conviene utilizar el panel».", "Dijo «conviene usar el panel».", ES),
        ("The team will use the panel.", "The team uses the panel.", EN),
        ("They renewed the panel.", "They renew the panel.", EN),
        ("The plant lead agrees.", "The purchasing lead agrees.", EN),
        ("It costs €84,000.", "It costs €48,000.", EN),
        ("The basic view is on.", "The advanced view is on.", EN),
    ],
)
def test_facts_and_other_peoples_words_are_not(old: str, new: str, language: Language) -> None:
    assert observe(edit(old, new, language), names=NAMES).changes == ()


def test_a_noun_that_the_source_says_is_a_correction() -> None:
    old, new = "Miran el panel de turnos.", "Miran el tablero de turnos."
    assert len(observe(edit(old, new)).changes) == 1
    observed = observe(edit(old, new, sources=("Nos enseñaron el tablero nuevo.",)))
    assert (observed.changes, observed.refused) == ((), (Fact.THING,))


def test_a_reversal_and_too_many_exceptions_speak_against_it() -> None:
    good = [edit("Conviene utilizar eso.", "Conviene usar eso.", number=number) for number in range(4)]
    assert len(mine(good, rules=FeedbackRules()).preferences) == 1
    back = edit("Conviene usar eso.", "Conviene utilizar eso.", number=9)
    assert mine([*good, back], rules=FeedbackRules()).preferences == ()
    left = [edit("Conviene utilizar eso.", "Conviene utilizar eso ya.", number=10 + number) for number in range(2)]
    assert mine([*good, *left], rules=FeedbackRules()).preferences == ()
    assert len(mine([*good, left[0]], rules=FeedbackRules()).preferences) == 1


@pytest.mark.parametrize(
    ("text", "before", "after", "language", "written"),
    [
        ("Utilizar esto y utilizar aquello.", "utilizar", "usar", ES, "Usar esto y usar aquello."),
        (
            "Dijo «hay que utilizar eso» y utilizar más.",
            "utilizar",
            "usar",
            ES,
            "Dijo «hay que utilizar eso» y usar más.",
        ),
        ("Hablan de la problemática.", "la problemática", "el problema", ES, "Hablan del problema."),
        ("El módulo Utilizar sigue.", "utilizar", "usar", ES, "El módulo Utilizar sigue."),
        ("Vea a.example/utilizar ya.", "utilizar", "usar", ES, "Vea a.example/utilizar ya."),
        ("It is an issue.", "issue", "problem", EN, "It is an issue."),
        ("Read about it. Regarding this, yes.", "regarding", "about", EN, "Read about it. About this, yes."),
        ("Quedan tres plazas.", "tres", "cuatro", ES, "Quedan tres plazas."),
        ("No ha firmado.", "no ha", "ha", ES, "No ha firmado."),
        ("Puede firmar.", "puede", "debe", ES, "Puede firmar."),
    ],
)
def test_preferences_are_written_where_they_belong(
    text: str, before: str, after: str, language: Language, written: str
) -> None:
    assert styled_text(text, [preference(before, after)], language=language)[0] == written


def test_greetings_are_for_what_leaves_the_company() -> None:
    wanted = preference("estimado", "hola", PreferenceKind.GREETING)
    section = Section(key="a", title="A", segments=(Segment(id="a.1", text="Estimada Marta, gracias."),))
    inside = styled([section], [wanted], language=ES, audience=Audience.INTERNAL)
    outside = styled([section], [wanted], language=ES, audience=Audience.EXTERNAL)
    assert inside.sections[0].segments[0].text == "Estimada Marta, gracias."
    assert outside.sections[0].segments[0].text == "Hola Marta, gracias."
    assert outside.applied == {wanted.key: 1}


def test_a_persons_style_goes_before_the_teams() -> None:
    team = Style(
        scope=Scope(kind=ScopeKind.TEAM, id="north", language=ES),
        preferences=(preference("utilizar", "usar"), preference("mediante", "con"), preference("luego", "después")),
    )
    own = Style(scope=Scope(kind=ScopeKind.PERSON, id="u", language=ES), preferences=(preference("usar", "emplear"),))
    own = own.model_copy(update={"preferences": muted(own, preference("mediante", "con"))})
    assert {item.key for item in in_force(team, own)} == {"wording:usar>emplear", "wording:luego>después"}


def test_what_was_switched_off_stays_off() -> None:
    off = preference("utilizar", "usar").model_copy(update={"enabled": False})
    style = Style(scope=Scope(kind=ScopeKind.PERSON, id="u", language=ES), preferences=(off, preference("a", "b")))
    learnt = [preference("utilizar", "usar").model_copy(update={"items": ("item-1",)})]
    kept = {item.key: item for item in relearnt(style, learnt, contradicted={off.key})}
    assert (kept[off.key].enabled, kept[off.key].items) == (False, ("item-1",))
    # What merely grew old stays as well; what the edits contradict goes.
    assert kept["wording:a>b"].enabled
    assert "wording:a>b" not in {item.key for item in relearnt(style, learnt, contradicted={"wording:a>b"})}


def test_a_reversal_contradicts_what_was_learnt_before() -> None:
    known = [preference("utilizar", "usar").model_copy(update={"items": ("a", "b", "c")})]
    back = [edit("Conviene usar eso.", "Conviene utilizar eso.")]
    assert mine(back, rules=FeedbackRules(), known=known).contradicted == {known[0].key}
    assert mine([], rules=FeedbackRules(), known=known).contradicted == frozenset()


@pytest.mark.parametrize(
    ("comment", "families"),
    [
        ("Demasiado largo y el dato es incorrecto", ("wrong", "too_long")),
        ("Please make it shorter.", ("too_long",)),
        ("Está desactualizado", ("outdated",)),
        ("Hmm.", ("other",)),
    ],
)
def test_reasons_have_families(comment: str, families: tuple[str, ...]) -> None:
    assert reasons(comment) == families
