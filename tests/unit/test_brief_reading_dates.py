"""Days that promises name, in both languages."""

from datetime import date

import pytest

from copilot.workflows.reading.due_dates import find_due

SAID = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Lo tendréis antes del viernes 23.", date(2026, 10, 23)),
        ("Queda en producción el viernes 30 de octubre.", date(2026, 10, 30)),
        ("A finales de octubre la tienes.", date(2026, 10, 31)),
        ("Os lo mando la semana que viene.", date(2026, 10, 23)),
        ("A más tardar el lunes.", date(2026, 10, 19)),
        ("Se lo envío en dos semanas.", date(2026, 10, 28)),
        ("Para el 2 de enero de 2027 está.", date(2027, 1, 2)),
        ("Lo firmamos en la primera semana de diciembre.", date(2026, 12, 7)),
        ("He'll have it by November sixth.", date(2026, 11, 6)),
        ("By Wednesday, November eighteenth.", date(2026, 11, 18)),
        ("I'll send it by the 29th.", date(2026, 10, 29)),
        ("You'll have it by the end of October.", date(2026, 10, 31)),
        ("We'll be live within two weeks.", date(2026, 10, 28)),
        ("I'll ship it by end of month.", date(2026, 10, 31)),
        ("It will be there on 2026-12-01.", date(2026, 12, 1)),
        ("I'll bring it next week.", date(2026, 10, 23)),
        ("By the thirtieth of November you have it.", date(2026, 11, 30)),
        ("On November twenty-fourth it goes out.", date(2026, 11, 24)),
        ("En mayo te lo enviamos.", date(2027, 5, 31)),
    ],
)
def test_the_day_meant_is_found(text: str, day: date) -> None:
    found = find_due(text, said_on=SAID)
    assert found is not None
    assert found.day == day
    assert found.words in text


@pytest.mark.parametrize(
    "text", ["Esta mañana hablamos.", "Pagamos 15.000 € por licencia.", "We have 20 seats in use."]
)
def test_what_is_no_day_is_left_alone(text: str) -> None:
    assert find_due(text, said_on=SAID) is None


def test_a_deadline_wins_over_another_day_in_the_sentence() -> None:
    found = find_due("I'll send the list by Friday, October 30, for the meeting on November 5.", said_on=SAID)
    assert found is not None
    assert found.day == date(2026, 10, 30)
