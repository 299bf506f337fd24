"""Who takes part in a conversation, read from its header, and headers that are made to keep the reader busy."""

import json
import subprocess
import sys
from collections.abc import Iterator
from threading import Timer

import pytest

from copilot.domain.documents import StoredDocument
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import Side
from tests import brief_builders as build

_LIMIT = 120
"""Seconds after which the reader is stopped: a header is read in far less than one."""
_READ = """
import json, sys
from tests.unit.test_reading_people import sides
for line in sys.stdin:
    print(len(sides(json.loads(line))), flush=True)
"""
Reader = subprocess.Popen[str]


def transcript(text: str) -> StoredDocument:
    return build.call(("Quim", "Hola.")).model_copy(update={"text": text})


def sides(header: str) -> dict[str, Side]:
    document = transcript(header)
    known = dict(Cast(build.facts(), []).known())
    return {name: side for name, side in Cast(build.facts(), [document]).known() if name not in known}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Asistentes: Rosa Gil, Ana Pons (Tramontia)", {"Rosa Gil": Side.US, "Ana Pons": Side.US}),
        ("Rosa Gil (Tramontia), Ana Pons (Talleres Mencía)", {"Rosa Gil": Side.US, "Ana Pons": Side.CUSTOMER}),
        ("- Rosa Gil\n  (Tramontia)", {"Rosa Gil": Side.US}),
        ("Rosa Gil,\nAna Pons (Tramontia)", {"Rosa Gil": Side.US, "Ana Pons": Side.US}),
        ("9:30, Rosa de la Cruz O’Hara-Gil (Tramontia)", {"Rosa de la Cruz O’Hara-Gil": Side.US}),
        ("Rosa, 2 Ana Pons (Tramontia)", {"Ana Pons": Side.US}),
        ("Rosa (Tramontia)", {}),
        ("Rosa Gil [Tramontia]", {}),
        ("x" * 400 + " Rosa Gil (Tramontia)", {}),
        ("\n" * 9 + "Rosa Gil (Tramontia)", {}),
    ],
    ids=["list", "two", "wrapped", "lines", "long-name", "number", "one-word", "no-bracket", "long-line", "far-down"],
)
def test_a_company_in_brackets_covers_the_names_before_it(header: str, expected: dict[str, Side]) -> None:
    assert sides(header) == expected


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """A process that answers a header with the number of its people, and can be stopped."""
    with subprocess.Popen(
        [sys.executable, "-c", _READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as one:
        yield one


@pytest.mark.parametrize(
    "header",
    ["Ab, " * 25_000, "Ab " * 33_000, ("Ab, " * 75 + "\n") * 300, "Ab, " * 70 + "(" * 99_000, "A" * 100_000],
    ids=["commas", "words", "lines", "brackets", "letters"],
)
def test_a_header_made_to_keep_the_reader_busy_is_read(reader: Reader, header: str) -> None:
    assert reader.stdin is not None
    assert reader.stdout is not None
    too_late = Timer(_LIMIT, reader.kill)
    too_late.start()
    try:
        reader.stdin.write(json.dumps(header) + "\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "0"
    finally:
        too_late.cancel()


def test_a_text_with_a_thousand_speakers_adds_no_more_than_a_hundred_names() -> None:
    speakers = tuple(f"Persona{number} Inventada{number}" for number in range(1_000))
    document = transcript("Llamada").model_copy(update={"participants": speakers})
    added = len(list(Cast(build.facts(), [document]).known())) - len(list(Cast(build.facts(), []).known()))
    assert added == 100
