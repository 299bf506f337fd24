"""Reading and planning a long message takes time as its length does, and reads the same as before."""

import re
import time
from collections.abc import Callable
from datetime import date

import pytest

from copilot.agent.planner import OfflinePlanner
from copilot.agent.planner.conditions import conditions, countries_in
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Subject
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.plans import PlanningContext
from tests.planner_world import StaticDirectory, account_executive

_PLACES = {
    Language.EN: ("Spain", "France", "Germany", "Mexico", "Norway", "Peru", "Chile", "Italy", "Ireland"),
    Language.ES: ("España", "Francia", "Alemania", "México", "Noruega", "Perú", "Chile", "Italia", "Irlanda"),
}


def _read(text: str, language: Language) -> Reading:
    return Reading(
        message=text,
        shown=text,
        work=flat(text),
        language=language,
        accounts=(),
        people=(),
        periods=(),
        amounts=(),
        today=date(2026, 11, 16),
    )


def _countries(count: int, language: Language) -> Reading:
    names = (_PLACES[language] * count)[:count]
    joint = " y en " if language is Language.ES else " and in "
    return _read(f"{'cuentas en ' if language is Language.ES else 'accounts in '}{joint.join(names)}", language)


def _states(count: int, language: Language) -> Reading:
    words = "oportunidades ganadas " if language is Language.ES else "won deals "
    return _read(words * count, language)


@pytest.mark.parametrize("make", [_countries, _states], ids=["countries", "states"])
@pytest.mark.parametrize("language", list(Language), ids=str)
def test_time_grows_with_the_length_only(make: Callable[[int, Language], Reading], language: Language) -> None:
    """Eight times the words take at most some twenty times as long, on a busy machine; squared it would be 64."""

    def seconds(count: int) -> float:
        reading = make(count, language)
        taken = []
        for _ in range(3):
            started = time.process_time()
            conditions(reading)
            countries_in(reading)
            taken.append(time.process_time() - started)
        return min(taken)

    seconds(1)
    short = max(seconds(100), 0.004)
    assert seconds(800) < 20 * short + 0.2


@pytest.mark.parametrize("language", list(Language), ids=str)
def test_time_to_plan_words_that_nobody_knows_grows_with_their_number_only(language: Language) -> None:
    """Each of them may be a name: what stands around it is looked at, not the whole message once more."""

    def seconds(count: int) -> float:
        words = " ".join(f"{'bcdfg'[number % 5]}{'aeiou'[number // 5 % 5]}zzqu{number % 7}x" for number in range(count))
        message = re.sub(r"\d", lambda match: "klmnprt"[int(match.group())], words)
        viewer = account_executive(language=language.value)
        started = time.process_time()
        OfflinePlanner().plan(
            message,
            context=PlanningContext(),
            directory=StaticDirectory(),
            viewer=viewer,
            today=date(2026, 11, 16),
        )
        return time.process_time() - started

    seconds(5)
    short = max(seconds(50), 0.02)
    assert seconds(400) < 24 * short + 0.2


@pytest.mark.parametrize("language", list(Language), ids=str)
def test_all_of_many_countries_are_read(language: Language) -> None:
    (found,) = [item.condition for item in conditions(_countries(180, language)) if item.condition.field == "country"]
    assert len(found.values) == len(_PLACES[language])


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("closed won deals", Language.EN, ["closed won"]),
        ("oportunidades ganadas y perdidas", Language.ES, ["ganadas", "perdidas"]),
        ("won deals and lost deals", Language.EN, ["won", "lost"]),
    ],
    ids=["within", "two-es", "two-en"],
)
def test_words_within_longer_ones_state_no_condition_of_their_own(
    text: str, language: Language, words: list[str]
) -> None:
    found = [item for item in conditions(_read(text, language)) if item.subject is Subject.OPPORTUNITIES]
    assert [text[item.start : item.end] for item in found] == words
