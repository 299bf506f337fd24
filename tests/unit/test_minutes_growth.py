"""Reading a heading of notes takes time as its length does, however long the blanks in it are."""

import time

import pytest

from copilot.workflows.after_meeting.minutes import _heading

_LINES = {
    "within": "## Action{} items x",
    "at-the-end": "## Action items{}",
    "before-a-colon": "## Action items{}:",
    "before-a-mark": "## Action items{}x*y",
    "at-the-start": "{}**Action items**",
    "after-the-hashes": "##{}Action_items",
    "bold": "**Action{}items",
    "only": "##{}",
    "plain": "Action{}items:",
}


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0"], ids=["space", "tab", "no-break"])
@pytest.mark.parametrize("line", list(_LINES.values()), ids=list(_LINES))
def test_time_grows_with_the_length_only(line: str, blank: str) -> None:
    """Eight times the blanks take at most some twenty times as long, on a busy machine; squared it would be 64."""

    def seconds(count: int) -> float:
        text = line.format(blank * count)
        taken = []
        for _ in range(3):
            started = time.process_time()
            _heading(text)
            taken.append(time.process_time() - started)
        return min(taken)

    seconds(1)
    short = max(seconds(2_000), 0.001)
    assert seconds(16_000) < 20 * short + 0.1


@pytest.mark.parametrize("blanks", ["", " ", " " * 3_000], ids=["none", "one", "many"])
@pytest.mark.parametrize("line", ["{0}## Action items{0}", "## {0}Action items{0}:", "{0}**Action items**:{0}"])
def test_a_heading_is_one_with_any_blanks_around_it(line: str, blanks: str) -> None:
    assert _heading(line.format(blanks)) == _heading("## Action items") is not None
