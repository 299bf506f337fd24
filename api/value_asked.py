"""Which figures an address asks for, the same for pages and the API."""

from typing import Annotated

from fastapi import Query, Response

from copilot.workflows.value.report import MOST_WEEKS

USUAL_WEEKS = 8
TeamAsked = Annotated[
    str, Query(max_length=200, description="Id or name of a team; `-`: people in none. Empty: all you may see.")
]
WeeksAsked = Annotated[int, Query(ge=1, le=MOST_WEEKS, description="How many weeks to look back, this one included.")]


def csv_file(text: str) -> Response:
    """A table to be saved; spreadsheets tell its letters by the mark at its start."""
    headers = {"content-disposition": 'attachment; filename="value.csv"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
