"""Whatever is learnt, written into whatever sentence: what the sentence states stays as it was."""

import re
from collections import Counter
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.approvals.feedback.application import styled, styled_text
from copilot.approvals.feedback.facts import name_words
from copilot.approvals.feedback.mining import mine
from copilot.approvals.feedback.observing import Edit
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.drafts import Audience, Section, Segment
from copilot.domain.figures import extract_figures
from copilot.domain.language import Language
from copilot.domain.style import Preference
from copilot.guardrails.grounding.vocabulary import AGREED, ASKED, QUANTIFIERS, SETTLED, negates
from copilot.guardrails.grounding.words import words_of
from evals.approvals.style import DATA, learnt, read_plants

FACTS = {
    Language.ES: [
        "84.000 €", "el 12 %", "el 31 de enero de 2027", "tres semanas", "no ha firmado", "nunca", "quizá", "puede",
        "debe", "sin", "Aceros Tormes", "Marta Ruiz", "todas", "casi", "más", "mayor", "aceptó", "pidió", "mañana",
        "«con el fin de utilizar 3»", "“realizar”", "https://a.example/utilizar", "utilizar@con.example", "-12,5",
        "el lunes", "Con", "Para", "P1", "NPS",
    ],
    Language.EN: [
        "€84,000", "12%", "31 January 2027", "three weeks", "has not signed", "never", "perhaps", "may", "must",
        "without", "Harbourline Utilities", "Martha Reid", "all", "almost", "more", "higher", "accepted", "requested",
        "tomorrow", "“utilize about 3”", "\"regarding\"", "https://a.example/utilize", "use@about.example", "-12.5",
        "on Monday", "Via", "With", "P1", "NPS", "don't",
    ],
}  # fmt: skip
FILLERS = {
    Language.ES: ["el equipo", "la aplicación", "de", "a", "el", "la planta", ",", ".", "!", "...", "—", "-", "\n"],
    Language.EN: ["the team", "the app", "of", "to", "a", "an", "the", ",", ".", "!", "...", "-", ", and", "\n"],
}


@cache
def preferences(language: Language) -> tuple[Preference, ...]:
    """Everything that the planted edits teach, facts included (of which nothing should come)."""
    names = name_words((DATA / "names.txt").read_text(encoding="utf-8").splitlines())
    found = {
        item.key: item
        for plant in read_plants(DATA)
        if plant.language is language
        for item in learnt(plant, names=names)
    }
    return tuple(found.values())


@st.composite
def cases(draw: st.DrawFn) -> tuple[Language, str, tuple[Preference, ...]]:
    language = draw(st.sampled_from(list(Language)))
    known = preferences(language)
    chosen = draw(st.lists(st.sampled_from(known), min_size=1, max_size=8, unique_by=lambda item: item.key))
    words = (
        [item.before for item in chosen] + [item.after for item in chosen] + [item.before.title() for item in chosen]
    )
    parts = st.sampled_from(FACTS[language] + FILLERS[language] + words + words)
    text = " ".join(draw(st.lists(parts, min_size=1, max_size=25)))
    return language, text, tuple(chosen)


def stated(text: str, language: Language) -> tuple[object, ...]:
    """What a text states, told without the code under test where there is another way."""
    words = words_of(text)
    return (
        Counter(figure.text.strip() for figure in extract_figures(text, language=language)),
        Counter(re.findall(r"\d+", text)),
        Counter(word.folded for word in words if negates(word.folded)),
        Counter(word.folded for word in words if word.folded in ASKED | AGREED | SETTLED | QUANTIFIERS),
        Counter(re.findall(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|\S*@\S*|https?://\S*", text)),
        Counter(
            name for name in ("Aceros Tormes", "Marta Ruiz", "Harbourline Utilities", "Martha Reid") if name in text
        ),
    )


@settings(max_examples=400, deadline=None)
@given(cases())
def test_style_never_changes_what_is_stated(case: tuple[Language, str, tuple[Preference, ...]]) -> None:
    language, text, chosen = case
    written, _used, _refused = styled_text(text, chosen, language=language)
    assert stated(written, language) == stated(text, language)


@settings(max_examples=250, deadline=None)
@given(cases())
def test_applying_twice_is_applying_once(case: tuple[Language, str, tuple[Preference, ...]]) -> None:
    language, text, chosen = case
    once, _used, _refused = styled_text(text, chosen, language=language)
    assert styled_text(once, chosen, language=language)[0] == once


@settings(max_examples=300, deadline=None)
@given(cases())
def test_sections_keep_their_sentences_and_citations(case: tuple[Language, str, tuple[Preference, ...]]) -> None:
    language, text, chosen = case
    segment = Segment(id="summary.1", text=text, evidence_ids=("record:a:arr",))
    [section] = styled(
        [Section(key="summary", title="Resumen", segments=(segment,))],
        chosen,
        language=language,
        audience=Audience.EXTERNAL,
    ).sections
    assert [item.model_copy(update={"text": ""}) for item in section.segments] == [
        segment.model_copy(update={"text": ""})
    ]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(list(Language)))
def test_any_edit_can_be_read(old: str, new: str, language: Language) -> None:
    edits = [
        Edit(old=old, new=new, language=language, item_id=f"i{n}", draft_id=f"d{n}", account_id=f"a{n}")
        for n in range(4)
    ]
    mined = mine(edits, rules=FeedbackRules())
    assert mine(reversed(edits), rules=FeedbackRules()) == mined
    for item in mined.preferences:
        assert not re.search(r"\d", item.before + item.after)
