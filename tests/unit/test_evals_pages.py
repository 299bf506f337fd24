"""Which addresses are measured, and as what: a page left out, or taken for a file, would make a figure look good."""

import httpx
import pytest

from evals.web.pages import Kind, addresses

_HTML, _CSV = {"content-type": "text/html; charset=utf-8"}, {"content-type": "text/csv"}
_THINGS = {"item_id": "review_1", "/queue/{item_id}/files/{name}": "/queue/review_2/files/brief.md"}


def _answer(request: httpx.Request) -> httpx.Response:
    signed_in = "cookie" in request.headers
    match request.url.path:
        case "/queue/review_1":
            return httpx.Response(200 if signed_in else 303, headers=_HTML | {"location": "/sign-in"})
        case "/queue/review_2/files/brief.md":
            return httpx.Response(200 if signed_in else 404, headers=_CSV)
        case "/queue/review_1/next":
            return httpx.Response(303, headers={"location": "/queue"})
        case "/sign-in":
            return httpx.Response(303 if signed_in else 200, headers=_HTML | {"location": "/"})
        case _:
            return httpx.Response(404, headers=_HTML)


@pytest.mark.parametrize(
    ("path", "where", "kind"),
    [
        ("/queue/{item_id}", "/queue/review_1", Kind.PAGE),
        ("/queue/{item_id}/files/{name}", "/queue/review_2/files/brief.md", Kind.FILE),
        ("/queue/{item_id}/next", "/queue/review_1/next", Kind.WAY),
        ("/sign-in", "/sign-in", Kind.PAGE),
    ],
)
def test_an_address_is_told_by_its_answer(path: str, where: str, kind: Kind) -> None:
    [found], left_out = _opened(path)
    assert (found.where, found.kind, left_out) == (where, kind, [])
    assert found.by.cookies.get("session") == (None if path == "/sign-in" else "s")


@pytest.mark.parametrize("path", ["/gone", "/documents/{document_id}"])
def test_what_nothing_opens_is_named(path: str) -> None:
    found, left_out = _opened(path)
    assert (found, left_out) == ([], [path])


def _opened(path: str) -> tuple[list, list[str]]:  # type: ignore[type-arg]
    transport = httpx.MockTransport(_answer)
    client = httpx.Client(base_url="http://pages", transport=transport, cookies={"session": "s"})
    stranger = httpx.Client(base_url="http://pages", transport=transport)
    return addresses([path], _THINGS, client=client, stranger=stranger)
