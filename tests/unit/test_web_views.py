"""What pages make of texts, values and requests, without a server."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.files import file_response
from api.languages import known_language
from api.web import flash
from api.web.document_view import grouped, view_blocks
from api.web.highlights import highlighted, marked_spans
from api.web.plots import round_values
from api.web.values import Values
from api.web.words import FINDING_FAMILIES
from copilot.domain.documents import Block, BlockKind, DocumentKind, StoredDocument
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.language import Language
from copilot.guardrails.texts import TEXTS

SPANISH, ENGLISH = Values(Language.ES), Values(Language.EN)


def document(text: str, blocks: tuple[Block, ...]) -> StoredDocument:
    return StoredDocument(
        id="doc_1",
        account_id="acc_1",
        visibility=None,
        source_file_id="f",
        source_path="a.eml",
        title="t",
        kind=DocumentKind.EMAIL,
        media_type="text/plain",
        language="es",
        origin=Origin.CUSTOMER,
        authored_at=None,
        author=None,
        participants=(),
        direction=None,
        message_id=None,
        in_reply_to=None,
        warnings=(),
        imported_at=datetime(2026, 11, 16, tzinfo=UTC),
        text=text,
        blocks=blocks,
    )


spans = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)


@given(
    text=st.text(alphabet="ab \n", min_size=1, max_size=40),
    cuts=st.lists(st.tuples(spans, st.sampled_from(list(BlockKind))), max_size=5),
    cited=spans,
)
def test_every_character_is_shown_once_and_exactly_the_cited_ones_are_marked(
    text: str, cuts: list[tuple[list[int], BlockKind]], cited: list[int]
) -> None:
    blocks = tuple(Block(kind=kind, start=start, end=end) for (start, end), kind in cuts)
    start, end = cited
    shown = view_blocks(document(text, blocks), start=start, end=end)
    pieces = [piece for block in shown for piece in block.pieces]
    # Blocks of white space alone are left out, nothing else is.
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(text.split())
    marked = "".join(piece.text for piece in pieces if piece.marked)
    expected = text[start:end] if 0 <= start < end <= len(text) else ""
    assert "".join(marked.split()) == "".join(expected.split())
    assert sum(piece.first for piece in pieces) <= 1


def test_only_the_first_marked_piece_is_the_target() -> None:
    text = "one\ntwo\nthree"
    blocks = (Block(kind=BlockKind.BODY, start=0, end=4), Block(kind=BlockKind.QUOTED, start=4, end=13))
    shown = view_blocks(document(text, blocks), start=2, end=9)
    firsts = [piece.text for block in shown for piece in block.pieces if piece.first]
    assert firsts == ["e\n"]
    assert [kind for kind, _ in grouped(shown)] == [BlockKind.BODY, BlockKind.QUOTED]


@given(text=st.text(max_size=2_000), query=st.text(max_size=40))
def test_highlighting_changes_no_character(text: str, query: str) -> None:
    pieces = highlighted(text, query)
    shown = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")
    assert shown in text or text in shown


def test_highlighting_finds_other_forms_and_accents() -> None:
    pieces = highlighted("El contrato se renovará en Málaga", "renovación malaga")
    assert [piece.text for piece in pieces if piece.marked] == ["renovará", "Málaga"]


@pytest.mark.parametrize(
    ("name", "text", "spanish", "english"),
    [
        ("renewal_date", "2027-01-31", "31 de enero de 2027", "31 January 2027"),
        ("arr", "84000 EUR", "84.000\N{NO-BREAK SPACE}€", "€84,000"),
        ("amount", "27840.5 USD", "27.840,50\N{NO-BREAK SPACE}US$", "US$27,840.50"),
        ("seats_licensed", "1200", "1.200", "1,200"),
        ("active_users_change_pct", "-23.4", "-23,4\N{NO-BREAK SPACE}%", "-23.4%"),
        ("do_not_contact", "true", "Sí", "Yes"),
        ("industry", "(empty)", "(vacío)", "(empty)"),
        ("stance", "champion", "Impulsor", "Champion"),
        ("kind", "renewal", "Renovación", "Renewal"),
        ("phone", "5550100", "5550100", "5550100"),
        ("renewal_date", "2027-99-99", "2027-99-99", "2027-99-99"),
        ("opened_at", "2026-11-02T08:00:00+00:00", "2 nov 2026, 08:00 UTC", "2 Nov 2026, 08:00 UTC"),
        ("next_step", "Call 555", "Call 555", "Call 555"),
    ],
)
def test_values_are_written_as_each_language_does(name: str, text: str, spanish: str, english: str) -> None:
    assert SPANISH.canonical(name, text) == spanish
    assert ENGLISH.canonical(name, text) == english


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("csat_mean_180d", "3.5 (n=2) [180 days to today]", "3.5 · answers: 2"),
        ("nps_latest", "4 (2026-10-16)", "4 · 16 Oct 2026"),
        ("csat_mean_180d", "unknown (n=0) [180 days to today]", "cannot be computed · answers: 0"),
        ("open_pipeline", "84000 EUR; 1200 USD", "€84,000 · US$1,200"),
        ("amount", "100 EUR -> 200 EUR", "€100 → €200"),
    ],
)
def test_figures_say_what_they_rest_on(name: str, text: str, shown: str) -> None:
    assert ENGLISH.figure(name, text) == shown


def test_a_move_of_a_score_is_written_with_its_days() -> None:
    assert ENGLISH.figure("health_move", "57 (2026-10-05), 42 (2026-10-12)") == "57 · 5 Oct 2026 → 42 · 12 Oct 2026"
    assert SPANISH.figure("churn_90_move", "8 % (2026-10-05), 21 % (2026-10-12)").endswith("21 % · 12 oct 2026")


def test_what_is_counted_has_no_ticks_between() -> None:
    assert round_values(1.0) == (0.5, 1.0)
    assert round_values(1.0, least_step=1) == (1.0,)
    assert round_values(7.0, least_step=1) == round_values(7.0)


def test_an_import_issue_that_is_cited_is_said_in_words() -> None:
    text = "value.misspelt_industry; suggestion=Retail; value=Retial"
    assert "“Retial”" in ENGLISH.figure("data_issue.x", text)
    assert "«Retial»" in SPANISH.figure("data_issue.x", text)


def test_a_figure_without_a_name_is_called_by_its_formula() -> None:
    item = Evidence(
        id="metric:texts_read:acc_1",
        kind=EvidenceKind.METRIC,
        text="texts_read: 12",
        label="Computed",
        as_of=date(2026, 11, 16),
        formula="emails read whole",
    )
    assert ENGLISH.evidence(item) == ("Emails read whole", "12")


def test_a_measure_that_only_the_export_knows_is_called_by_its_name() -> None:
    assert ENGLISH.name_of("jobs_completed_change_pct") == "Usage “jobs completed”, change"
    assert SPANISH.name_of("active_users_change_pct") == "Variación de usuarios activos"


def test_times_are_said_relative_to_now() -> None:
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert ENGLISH.distance(now + timedelta(hours=3), now) == "in 3 hours"
    assert SPANISH.distance(now - timedelta(days=2), now) == "hace 2 días"
    assert ENGLISH.money(None, "EUR") == ENGLISH.day(None) == ENGLISH.number(None) == ""
    assert ENGLISH.number(Decimal("1234.50")) == "1,234.5"


def flash_of(code: str, values: object, *undo: object) -> flash.Flash | None:
    cookie = base64.urlsafe_b64encode(json.dumps([code, values, *undo]).encode()).decode()
    headers = [(b"cookie", f"{flash.COOKIE}={cookie}".encode())]
    request = Request({"type": "http", "headers": headers, "query_string": b""})
    return flash.read(request, language=Language.EN)


def test_a_flash_message_fills_in_its_values() -> None:
    found = flash_of("decided_before", {"state": "Approved", "name": "Ana"})
    assert found
    assert "Ana decided this first; it is now: Approved." in found.text


@pytest.mark.parametrize(
    ("code", "values"), [("unknown", {}), ("decided_before", {}), ("decided_before", [1]), ("approved", 7)]
)
def test_a_broken_flash_message_is_no_message(code: str, values: object) -> None:
    assert flash_of(code, values) is None


@pytest.mark.parametrize("undo", [{"id": "../x"}, {"id": "a/b"}, {"id": "x" * 65}, {"id": "a?b=c"}, 7, [1]])
def test_an_undo_leads_to_a_place_of_ours_or_there_is_no_message(undo: object) -> None:
    assert flash_of("alert_dismissed", {}, undo) is None
    assert flash_of("approved", {}, {"id": "item"}) is None
    found = flash_of("alert_dismissed", {}, {"id": "alert_1", "version": "2"})
    assert found is not None
    assert found.undo == flash.Undo("/alerts/alert_1/reopen", {"version": "2"})


def test_a_download_has_a_safe_name() -> None:
    header = file_response(b"x", name='in"for\r\nme ñ.md').headers["content-disposition"]
    assert header == "attachment; filename=\"informe.md\"; filename*=UTF-8''in%22for%0D%0Ame%20%C3%B1.md"


def test_only_our_languages_are_known() -> None:
    assert known_language("es") is Language.ES
    assert known_language("fr") is None
    assert known_language(None) is None


@given(text=st.text(max_size=30), spans=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_what_a_finding_is_about_is_marked_and_nothing_is_lost(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = marked_spans(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    expected = {place for start, end in spans for place in range(start, min(end, len(text)))}
    marks = [piece.marked for piece in pieces for _ in piece.text]
    assert {place for place, marked in enumerate(marks) if marked} == expected


def test_every_family_of_findings_has_a_word() -> None:
    assert set(FINDING_FAMILIES) == {rule.partition(".")[0] for rule in TEXTS}
