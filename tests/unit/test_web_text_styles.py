"""Documents read well and lose no character: styles only say how a stretch is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.citations import short_form
from api.web.text_styles import MARKDOWN, PDF, PLAIN, is_aligned, runs, styles_of
from copilot.domain.documents import Block, BlockKind


def shown(
    text: str, *, kind: BlockKind = BlockKind.BODY, media_type: str = MARKDOWN, speaker: str | None = None
) -> str:
    """What is left for the reader, styled stretches named."""
    block = Block(kind=kind, start=0, end=len(text), speaker=speaker)
    parts = runs(text, styles_of(text, block, media_type=media_type))
    return "".join(f"<{run.style}:{run.text}>" if run.style else run.text for run in parts if run.style != "syntax")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Assets.** Statutory inspections", "<strong:Assets.> Statutory inspections"),
        ("a *short* word and _another_", "a <em:short> word and <em:another>"),
        ("snake_case_name and 3 * 4 * 5", "snake_case_name and 3 * 4 * 5"),
        ("run `a **b** c` now", "run <code:a **b** c> now"),
        ("[the page](https://tramontia.example/x)", "the page<soft:(https://tramontia.example/x)>"),
        ("**[bold](x)**", "<strong:bold><soft:(x)>"),
        ("- one\n- **two**", "<bullet:- >one\n<bullet:- ><strong:two>"),
        ("> said", "said"),
        ("2 \\* 3", "2 * 3"),
        ("** not closed", "** not closed"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_markers_of_markdown_are_out_of_sight(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_headings_lose_their_number_signs() -> None:
    assert shown("## Older price lists ##", kind=BlockKind.HEADING) == "Older price lists"
    assert shown("Title\n=====", kind=BlockKind.HEADING) == "Title\n"


def test_other_files_keep_what_looks_like_markdown() -> None:
    assert shown("**5** # of_items_", media_type=PLAIN) == "**5** # of_items_"


def test_lines_broken_for_their_width_are_joined_and_short_ones_are_not() -> None:
    long = "x" * 70
    assert shown(f"{long}\nnext", media_type=PDF) == f"{long}<wrap:\n>next"
    assert shown("Calle Mayor 1\nMadrid", media_type=PDF) == "Calle Mayor 1\nMadrid"
    assert shown(f"{long}\n- item", media_type=MARKDOWN) == f"{long}\n<bullet:- >item"


def test_a_speaker_who_is_named_above_is_not_named_twice() -> None:
    assert shown("Tom Whitlock: Good morning.", media_type="text/vtt", speaker="Tom Whitlock") == " Good morning."


def test_rows_of_tables_tell_names_from_values() -> None:
    text = "Item: Dispatch\nAmount: 42,840.00 a year: net"
    assert shown(text, kind=BlockKind.TABLE) == "<key:Item:> Dispatch\n<key:Amount:> 42,840.00 a year: net"


def test_columns_lined_up_with_spaces_are_noticed() -> None:
    table = "Priority   Meaning      Response\nP1         down         2 hours"
    block = Block(kind=BlockKind.BODY, start=0, end=len(table))
    assert is_aligned(table, block, media_type=PLAIN)
    assert not is_aligned(table.replace("   ", " "), Block(kind=BlockKind.BODY, start=0, end=20), media_type=PLAIN)


@given(st.text(alphabet="ab *_`[](){}#>-\\\n|:", max_size=120), st.sampled_from([MARKDOWN, PDF, PLAIN]))
def test_no_character_is_ever_lost(text: str, media_type: str) -> None:
    for kind in BlockKind:
        block = Block(kind=kind, start=0, end=len(text))
        styles = styles_of(text, block, media_type=media_type)
        assert len(styles) == len(text)
        assert "".join(run.text for run in runs(text, styles)) == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["**a ", "`", "[", "   ", "__a ", "*a_", "\\", "- ", "a\n", "***"])
def test_a_hostile_document_costs_no_more_than_a_long_one(unit: str) -> None:
    text = unit * (100_000 // len(unit)) + "x"
    for kind in (BlockKind.BODY, BlockKind.HEADING):
        styles = styles_of(text, Block(kind=kind, start=0, end=len(text)), media_type=MARKDOWN)
        assert len(styles) == len(text)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7], "1–7"),
        ([37, 38, 39, 14], "14, 37–39"),
        ([8, 9], "8, 9"),
        ([7, 8, 9, 14, 24, 29, 30], "7–9, 14, 24 +2"),
        ([5], "5"),
    ],
)
def test_many_sources_are_written_in_little_room(numbers: list[int], expected: str) -> None:
    assert short_form(numbers) == expected
