"""The messages that the planner's network is trained on, and the words it takes from them.

Invariant: no line teaches a tag that the network does not have, and no word of the list is anybody's name.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from copilot.agent.planner.learnt.known import asking_words
from copilot.agent.planner.learnt.tags import INTENTS, MEASURES, SUBJECTS, TAGS
from copilot.domain.folding import flat
from evals.chat.reader_training import FOLDER, as_read, examples, words_of
from tests.planner_world import ACCOUNTS

FILES = sorted(FOLDER.glob("*.tsv"))
_BRACED = re.compile(r"\{[^{}]*\}?|\}")
_MARKS = {"{ACCT}", "{PERSON}", "{WHEN}", "{AMOUNT}"}


def lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_line_is_a_message_a_tab_and_known_tags(path: Path) -> None:
    for number, line in lines(path):
        text, *rest = line.split("\t")
        assert len(rest) == 1, f"{path.name}:{number}: one tab"
        tags = rest[0].split(" ")
        assert re.search(r"\w|\?", text), f"{path.name}:{number}: no words"
        assert set(_BRACED.findall(text)) <= _MARKS, f"{path.name}:{number}: a mark that the planner does not write"
        assert set(tags) <= set(TAGS), f"{path.name}:{number}: {set(tags) - set(TAGS)}"
        assert len(set(tags)) == len(tags), f"{path.name}:{number}: a tag twice"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_message_has_one_intent_and_figures_one_subject_and_one_measure(path: Path) -> None:
    for number, line in lines(path):
        tags = set(line.partition("\t")[2].split())
        of_figures = int("figures" in tags)
        assert len(tags & set(INTENTS)) == 1, f"{path.name}:{number}"
        assert len(tags & set(SUBJECTS)) == len(tags & set(MEASURES)) == of_figures, f"{path.name}:{number}"


def test_every_tag_is_taught_in_both_languages() -> None:
    taught = {language: Counter[str]() for language in ("en", "es")}
    for path in FILES:
        for _, line in lines(path):
            taught[path.stem[:2]].update(line.partition("\t")[2].split())
    assert {language: set(TAGS) - set(counts) for language, counts in taught.items()} == {"en": set(), "es": set()}


def test_the_tags_are_told_apart_by_their_names() -> None:
    assert len(set(TAGS)) == len(TAGS)


def test_an_unknown_tag_is_an_error_that_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("open deals\tfigures opportunities list open\nwhat\tfigurs\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv:2: unknown tags \['figurs'\]"):
        examples(tmp_path)
    (tmp_path / "a.tsv").write_text("open deals\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv:1"):
        examples(tmp_path)


def test_a_message_is_read_as_the_planner_writes_it_with_marks() -> None:
    assert as_read("¿Qué tal {ACCT}, y Peñaltria?") == flat("¿Qué tal ") + "ACCT" + flat(", y Peñaltria?")


def test_how_many_rows_are_wanted_stays_a_number(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(
        "top {AMOUNT} deals\tfigures opportunities list most a_top\n"
        "deals over {AMOUNT}\tfigures opportunities list a_amount\n",
        encoding="utf-8",
    )
    top, over = examples(tmp_path)
    assert re.search(r"\btop \d+ deals$", top.work)
    assert over.work.endswith("AMOUNT")


def test_about_a_tenth_is_held_out_whatever_else_is_in_the_files() -> None:
    found = examples(FOLDER)
    held_out = sum(item.is_held_out for item in found)
    assert 0.07 < held_out / len(found) < 0.13
    assert len(found) == sum(len(lines(path)) for path in FILES)


def written(folder: Path, *messages: str, tags: str = "figures opportunities list") -> Path:
    (folder / "a.tsv").write_text("".join(f"{message}\t{tags}\n" for message in messages), encoding="utf-8")
    return folder


def test_names_within_a_sentence_are_no_asking_words(tmp_path: Path) -> None:
    message = "is Zorblatt or {ACCT} rotting? Ask Mireya"
    assert words_of(written(tmp_path, message, message)) == ["ask", "rotting"]


def test_known_names_are_no_asking_words_even_without_a_capital(tmp_path: Path) -> None:
    message = "is marta rotting at boeing? ask quiroga"
    assert words_of(written(tmp_path, message, message)) == ["ask", "rotting"]


def test_a_word_of_one_message_only_is_no_asking_word(tmp_path: Path) -> None:
    found = words_of(written(tmp_path, "is it rotting rotting", "is it stale", "why is it stale"))
    assert found == ["stale"]


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - {"figures"}))
def test_a_word_of_messages_about_anything_but_figures_is_no_asking_word(tmp_path: Path, intent: str) -> None:
    assert words_of(written(tmp_path, "why is it stale", "is it stale", tags=intent)) == []


def test_the_installed_words_are_those_of_the_messages() -> None:
    strange = asking_words() - set(words_of(FOLDER))
    assert not strange, f"in no message: retrain with `python -m evals.chat.reader_training --save`: {sorted(strange)}"


def test_no_asking_word_is_the_name_of_an_account() -> None:
    own = {"kestrel", "pinecrest", "harbourline", "thornwick", "redgum", "wattlebrook", "valdemora", "penaltria"}
    own |= {"altavela", "lumbrera", "maipo"}
    names = {word for account in ACCOUNTS for word in flat(account.name).split()}
    assert own <= names
    assert not own & asking_words()
