"""The audit chain: any change of an exported log is found, offline, and the first bad event is named."""

import json
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.audit import (
    GENESIS,
    AuditEvent,
    event_hash,
    export_line,
    first_bad_event,
    read_line,
    seal,
    verify,
)

FIELDS = ("sequence", "happened_at", "actor_id", "action", "subject", "details", "previous_hash")


def chain(length: int) -> list[AuditEvent]:
    events: list[AuditEvent] = []
    for number in range(1, length + 1):
        events.append(
            seal(
                AuditEvent(
                    sequence=number,
                    happened_at=datetime(2026, 11, 16, 9, tzinfo=UTC) + timedelta(seconds=number),
                    actor_id=f"user-{number % 3}",
                    action="review.approved",
                    subject=f"review_item:{number}",
                    details={"digest": f"d{number}", "rule": "internal-low"},
                    previous_hash=events[-1].hash if events else GENESIS,
                    hash="",
                )
            )
        )
    return events


EVENTS = chain(30)
LINES = [export_line(event) for event in EVENTS]


def test_a_sound_chain_is_intact() -> None:
    found = verify(EVENTS)
    assert (found.intact, found.events, found.last_hash) == (True, 30, EVENTS[-1].hash)
    assert first_bad_event(EVENTS) is None
    assert verify([]).last_hash == GENESIS


def test_an_export_reads_back_as_it_was() -> None:
    assert [read_line(line) for line in LINES] == EVENTS


@pytest.mark.parametrize("field", FIELDS)
def test_the_hash_covers_every_field(field: str) -> None:
    changed = {
        "sequence": 8,
        "happened_at": EVENTS[6].happened_at + timedelta(microseconds=1),
        "details": {**EVENTS[6].details, "digest": "x"},
    }.get(field, "x")
    assert event_hash(EVENTS[6].model_copy(update={field: changed})) != EVENTS[6].hash


def test_no_field_is_left_out_of_the_hash() -> None:
    assert {*FIELDS, "hash"} == set(AuditEvent.model_fields)


def test_a_thousand_random_manipulations_are_all_found() -> None:
    randomly = random.Random(20261116)  # noqa: S311 - a test that can be repeated
    for _ in range(1000):
        lines = list(LINES)
        place = randomly.randrange(len(lines) - 1)
        kind = randomly.choice(["edit", "delete", "insert", "swap", "rehash"])
        if kind == "delete":
            del lines[place]
        elif kind == "insert":
            lines.insert(place, randomly.choice(LINES))
        elif kind == "swap":
            lines[place], lines[place + 1] = lines[place + 1], lines[place]
        elif kind == "edit":
            at = randomly.randrange(len(lines[place]))
            lines[place] = lines[place][:at] + chr(33 + (ord(lines[place][at]) - 32) % 94) + lines[place][at + 1 :]
        else:
            event = json.loads(lines[place]) | {"actor_id": "somebody-else"}
            forged = AuditEvent.model_validate_json(json.dumps(event))
            lines[place] = export_line(seal(forged))
        found = verify(read_line(line) for line in lines)
        assert not found.intact, (kind, place)
        assert found.bad_place is not None
        # An edit of the hash alone, or a forged event with a hash of its own, shows at the event or the next.
        assert place + 1 <= found.bad_place <= place + 2


def test_a_cut_off_tail_is_found_with_a_hash_noted_earlier() -> None:
    noted = EVENTS[-1].hash
    assert verify(EVENTS, must_contain=noted).intact
    cut = verify(EVENTS[:20], must_contain=noted)
    assert (cut.intact, cut.events, cut.bad_sequence) == (False, 20, 21)
    assert not verify([], must_contain=noted).intact


@pytest.mark.parametrize(
    "line",
    [
        LINES[0] + " ",
        " " + LINES[0],
        LINES[0].replace('"sequence":1', '"sequence":"1"'),
        LINES[0].replace('"sequence":1', '"sequence":1.0'),
        LINES[0].replace('"action":', '"action":"x","action":'),
        LINES[0].replace("{", '{"more":1,', 1),
        LINES[0].replace("+00:00", "Z"),
        "",
        "null",
        "\ufffd",
    ],
)
def test_a_line_that_only_means_the_same_is_not_believed(line: str) -> None:
    assert read_line(line) is None


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    elsewhere = EVENTS[0].happened_at.astimezone(timezone(timedelta(hours=2)))
    assert event_hash(EVENTS[0].model_copy(update={"happened_at": elsewhere})) == EVENTS[0].hash


@settings(derandomize=True)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4), st.text(max_size=20))
def test_any_text_survives_the_export(details: dict[str, str], actor: str) -> None:
    event = seal(EVENTS[0].model_copy(update={"details": details, "actor_id": actor}))
    line = export_line(event)
    assert line.isascii()
    assert "\n" not in line
    assert read_line(line) == event
