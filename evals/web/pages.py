"""Server time of every page at 10,000 accounts, against that of an empty page.

Run: python -m evals.web.pages [--accounts N] [--times N] [--record]. Invariants: pages and the empty one are asked for
in turn, in one process, by one person who sees every account; the pages are those that the application has, and one
that nothing here can open is counted and named. Files to be saved and ways to another page are measured apart. The
empty page is what is shown for an address that does not exist: the same session, menu and layout around nothing.
"""

import argparse
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as time_of_day
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx
import numpy as np
import uvicorn

from api.app import create_app
from api.deps import SESSION_COOKIE
from copilot import telemetry
from copilot.bootstrap import Application
from copilot.clock import FixedClock
from evals.brief import large_company
from evals.figures import Figure, Goal, today
from evals.scoring.portfolio_life import installation
from evals.suite import finish
from evals.web.things import VIEWER, Maker, Things, fill

COMMAND = "python -m evals.web.pages --record"
GOAL = Goal(comparison="<=", threshold=3.0)
EMPTY = "/nothing"
_WARM_UP = 3
_SEED, _DRAWS = 7, 2_000
_PARAMETER = re.compile(r"{(\w+)(?::path)?}")
_A_MOMENT, _LONGEST = 0.02, 120.0
"""Seconds: between two looks, and for one answer."""
_EVERY = "web.pages."
"""A run measures every address there is: a figure of another one is of a page that is gone."""


class Kind(StrEnum):
    """What an address answers with."""

    PAGE = "pages"
    FILE = "files"
    """A text, a table or a print to be saved, or an answer for a program."""
    WAY = "ways"
    """To another page."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a path's page is, or its file, and who opens it."""

    path: str
    where: str
    kind: Kind
    by: httpx.Client


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Time every page of a large company against an empty one.")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked for")
    wanted = parser.parse_args()
    telemetry.configure("error")
    figures = list(measured(accounts=wanted.accounts, times=wanted.times))
    return finish(figures, own_data=not wanted.record, published="a run with `--record`", wholly=[_EVERY])


def measured(*, accounts: int, times: int) -> Iterator[Figure]:
    """The worst ratio of p95, that of every page, and how many there are; files and ways to other pages apart."""
    clock = FixedClock(datetime.combine(large_company.TODAY, time_of_day(9), tzinfo=UTC))
    with installation(clock) as application:
        things = fill(application, clock, accounts=accounts)
        app = create_app(application, worker=False)
        with _served(app) as address, _client(address) as client, _client(address) as stranger:
            client.cookies.set(SESSION_COOKIE, session_of(application))
            things |= Maker(client, application).everything()
            # The worker follows a change with a pass within minutes; pages are seen after it, all but always.
            application.scores.recompute(application.database)
            found, left_out = addresses(list(_page_paths(app.routes)), things, client=client, stranger=stranger)
            took = {each: _timed(each, times=times) for each in found}
    note = f"{accounts} accounts seen by one person; in turn with the empty page, {times} times each; "
    for kind in Kind:
        yield from _figures({each: pairs for each, pairs in took.items() if each.kind is kind}, kind, note=note)
    told = f"{note}not opened: {', '.join(left_out) or 'none'}"
    yield _counted("not_opened", len(left_out), n=len(took), note=told)


def _figures(took: Mapping[Address, np.ndarray], kind: Kind, *, note: str) -> Iterator[Figure]:
    slowest = sorted(took, key=lambda each: -_ratio(took[each]))
    name, goal = ("", GOAL) if kind is Kind.PAGE else (f"{kind.value}.", None)
    worst = slowest[0]
    yield _figure(f"web.pages.{name}worst_p95_ratio", took[worst], note=f"{note}{worst.path}", goal=goal)
    for each in slowest:
        yield _figure(f"web.pages.{name}p95_ratio.{each.path}", took[each], note=note)
    yield _counted(kind.value, len(took), n=len(took), note=note)
    if goal is not None:
        slow = sum(_ratio(pairs) > goal.threshold for pairs in took.values())
        yield _counted("over_goal", slow, n=len(took), note=note)


def _counted(name: str, value: int, *, n: int, note: str) -> Figure:
    return Figure(
        name=f"web.pages.{name}", language="-", value=value, n=n, command=COMMAND, measured_on=today(), note=note
    )


def session_of(application: Application) -> str:
    """Of an administrator who sees every account, in a browser."""
    with application.database.unit_of_work() as uow:
        return application.people.open_session(VIEWER, way="password", uow=uow).token


def _client(address: str) -> httpx.Client:
    """Follows nothing by itself."""
    return httpx.Client(base_url=address, timeout=_LONGEST)


@contextmanager
def _served(app: Any) -> Iterator[str]:
    """Where the application is reached on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=lambda: running.run(sockets=[listener]), daemon=True)
        thread.start()
        while not running.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(_A_MOMENT)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        running.should_exit = True
        thread.join()


def _page_paths(routes: Iterable[Any]) -> Iterator[str]:
    """Of every route that answers a browser's GET; routers that were included keep their own routes."""
    for route in routes:
        path = getattr(route, "path", "")
        if "GET" in (getattr(route, "methods", None) or ()) and not path.startswith("/api/"):
            yield path
        yield from _page_paths(getattr(getattr(route, "original_router", None), "routes", ()))


def addresses(
    paths: list[str], things: Things, *, client: httpx.Client, stranger: httpx.Client
) -> tuple[list[Address], list[str]]:
    """What every path opens, and the paths that nothing here opens."""
    opened, left_out = [], []
    for path in dict.fromkeys(paths):
        known = path in things or all(name in things for name in _PARAMETER.findall(path))
        where = things.get(path) or _PARAMETER.sub(lambda match: things.get(match[1], ""), path)
        found = _opened(path, where, client=client, stranger=stranger) if known else None
        if found is None:
            left_out.append(path)
        else:
            opened.append(found)
    return opened, left_out


def _opened(path: str, where: str, *, client: httpx.Client, stranger: httpx.Client) -> Address | None:
    """Opened by whoever is signed in, or, as the page where one signs in, by a stranger."""
    by = {client: client.get(where), stranger: stranger.get(where)}
    shown = next((each for each, answer in by.items() if answer.status_code == HTTPStatus.OK), None)
    if shown is not None:
        is_page = by[shown].headers["content-type"].startswith("text/html")
        return Address(path, where, Kind.PAGE if is_page else Kind.FILE, shown)
    return Address(path, where, Kind.WAY, client) if by[client].is_redirect else None


def _timed(address: Address, *, times: int) -> np.ndarray:
    """Seconds of the page and of the empty one, shape (times, 2)."""
    for _ in range(_WARM_UP):
        address.by.get(address.where)
        address.by.get(EMPTY)
    return np.array([(_seconds(address.by, address.where), _seconds(address.by, EMPTY)) for _ in range(times)])


def _seconds(client: httpx.Client, path: str) -> float:
    begin = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begin


def _ratio(pairs: np.ndarray) -> float:
    return float(np.percentile(pairs[:, 0], 95) / np.percentile(pairs[:, 1], 95))


def _figure(name: str, pairs: np.ndarray, *, note: str, goal: Goal | None = None) -> Figure:
    generator = np.random.default_rng(_SEED)
    draws = generator.integers(0, len(pairs), size=(_DRAWS, len(pairs)))
    ratios = np.percentile(pairs[draws, 0], 95, axis=1) / np.percentile(pairs[draws, 1], 95, axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Figure(
        name=name, language="-", value=round(_ratio(pairs), 3), unit="x", n=len(pairs), goal=goal, command=COMMAND,
        interval=(round(float(low), 3), round(float(high), 3)), measured_on=today(), note=note,
        interval_method=f"bootstrap over timed pairs, {_DRAWS:,} draws, seed {_SEED}",
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
