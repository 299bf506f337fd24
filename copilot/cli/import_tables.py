"""The import report as tables for a terminal.

Invariant: every skipped row, ignored file and finding of the report is shown, counted by reason.
"""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.domain.data_issues import describe
from copilot.domain.import_messages import localise
from copilot.domain.language import Language
from knowledge.connectors.lexicon import label_of
from knowledge.report import ImportReport, TableReport
from knowledge.report_texts import text

_LISTED = 10
_TOLD = 3
"""Examples of each finding that are spelt out."""
_NUMBERS = frozenset({"rows", "imported", "changed", "unchanged", "skipped", "removed", "without_account", "count"})
_SURE = 0.75
"""Below this, what a table was taken for is shown even when nobody asked."""


def print_report(report: ImportReport, *, console: Console, language: Language) -> None:
    """Print the whole report."""
    unsure = any(item.record_type is not None and item.confidence < _SURE for item in report.tables)
    if report.dry_run or unsure:
        _print_mappings(report, console, language)
    _print_rows(report, console, language)
    _print_records(report, console, language)
    _print_documents(report, console, language)
    _print_files(report, console, language)
    _print_findings(report, console, language)
    console.print(report.summary(language=language), highlight=False, markup=False)


def _table(console: Console, title: str | None, *columns: str, language: Language) -> Table:
    heading = text(title, language=language) if title else None
    table = Table(title=heading, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        if column in _NUMBERS:
            table.add_column(text(column, language=language), justify="right", no_wrap=True)
        else:
            table.add_column(text(column, language=language), overflow="fold")
    table.min_width = min(console.width, 60)
    return table


def _add(table: Table, *cells: str | int) -> None:
    """Add a row. What stands in files is text, never markup: a header may read `Amount [EUR]`."""
    table.add_row(*(Text(str(cell)) for cell in cells))


def _print_mappings(report: ImportReport, console: Console, language: Language) -> None:
    console.print(Text(text("mapping_title", language=language), style="italic"))
    for item in report.tables:
        about = (_what(item, language), item.layout, f"{item.confidence:.0%}", text(item.reason, language=language))
        console.print()
        console.print(Text.assemble((item.name, "bold"), " · ", " · ".join(about)))
        if item.record_type is not None:
            _print_columns(item, console, language)
    console.print()


def _print_columns(item: TableReport, console: Console, language: Language) -> None:
    table = _table(console, None, "column", "field", "sample", "confidence", "why", language=language)
    for column in item.columns:
        if column.field is not None:
            sure = "" if column.confidence is None else f"{column.confidence:.0%}"
            why = text(column.reason or "", language=language)
            _add(table, column.header, column.field, column.sample or "", sure, why)
    console.print(table)
    for other, columns in item.extras.items():
        named = ", ".join(f"{field} ← {header}" for field, header in columns.items())
        console.print(Text(f"+ {text(other, language=language)}: {named}"))
    unmapped = [column.header for column in item.columns if column.field is None]
    if unmapped:
        console.print(Text(f"{text('no_field', language=language)}: {len(unmapped)} ({', '.join(unmapped)})"))


def _what(item: TableReport, language: Language) -> str:
    if item.record_type is None:
        return text("not_imported", language=language)
    return f"{text(item.record_type, language=language)} · {label_of(item.system)}"


def _print_rows(report: ImportReport, console: Console, language: Language) -> None:
    if not report.tables:
        return
    columns = ("file", "rows", "imported", "changed", "unchanged", "skipped")
    table = _table(console, "rows_title", *columns, language=language)
    for item in report.tables:
        reasons = [f"{count} {text(reason, language=language)}" for reason, count in item.skipped.items()]
        told = "\n".join((item.name, f"  {_what(item, language)}", *(f"  – {reason}" for reason in reasons)))
        _add(table, told, item.rows, item.imported, item.changed, item.unchanged, sum(item.skipped.values()))
    console.print(table)
    console.print()


def _print_records(report: ImportReport, console: Console, language: Language) -> None:
    if not report.records:
        return
    outcomes = ("imported", "changed", "unchanged", "removed")
    table = _table(console, "records_title", "type", *outcomes, "without_account", language=language)
    for record_type, counts in report.records.items():
        orphans = str(report.without_account[record_type]) if record_type in report.without_account else ""
        row = [str(counts[outcome]) for outcome in outcomes]
        _add(table, text(record_type, language=language), *row, orphans)
    console.print(table)
    console.print()


def _print_documents(report: ImportReport, console: Console, language: Language) -> None:
    if not report.documents:
        return
    table = _table(console, "documents_title", "outcome", "count", "example", language=language)
    for outcome, count in Counter(document.outcome for document in report.documents).most_common():
        files = [document.file for document in report.documents if document.outcome == outcome]
        shown = files if "." in outcome else files[:1]
        _add(table, text(outcome, language=language), count, _some(shown))
    console.print(table)
    console.print()


def _print_files(report: ImportReport, console: Console, language: Language) -> None:
    if report.ignored:
        table = _table(console, "ignored_title", "reason", "count", "file", language=language)
        for rule, count in Counter(item["rule"] for item in report.ignored).most_common():
            files = [item["file"] for item in report.ignored if item["rule"] == rule]
            _add(table, text(rule, language=language), count, _some(files))
        console.print(table)
        console.print()
    if report.unreadable:
        table = _table(console, "unreadable_title", "file", "reason", language=language)
        for item in report.unreadable:
            _add(table, item["file"], localise(item["reason"], language=language))
        console.print(table)
        console.print()


def _print_findings(report: ImportReport, console: Console, language: Language) -> None:
    if not report.issues:
        return
    table = _table(console, "findings_title", "finding", "count", "example", language=language)
    for code, count in report.issues.most_common():
        examples = report.examples.get(code, [])
        told = [describe(code, example["details"], language=language) for example in examples[:_TOLD]]
        places = [f"{item['file']}:{item['row']}" if item["row"] else str(item["file"] or "") for item in examples]
        _add(table, "\n".join(dict.fromkeys(told)) or code, count, _some(places[:_TOLD]))
    console.print(table)
    console.print()


def _some(items: list[str]) -> str:
    rest = len(items) - _LISTED
    return "\n".join(items[:_LISTED]) + (f"\n… +{rest}" if rest > 0 else "")
