"""Server time of every page at 10,000 accounts, against that of an empty page.

Run: python -m evals.web.pages [--accounts N] [--times N] [--record]. Invariants: pages and the empty one are asked for
in turn, in one process, by one person who sees every account; the pages are those that the application has, and one
that nothing here can open is counted and named. The empty page is what is shown for an address that does not exist:
the same session, menu and layout around nothing.
"""

import argparse
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
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
from copilot.domain.access import Role, Viewer
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from evals.brief import large_company
from evals.figures import Figure, Goal, today
from evals.scoring.portfolio_life import analyse, installation
from evals.suite import finish
from knowledge import demo_company

COMMAND = "python -m evals.web.pages --record"
GOAL = Goal(comparison="<=", threshold=3.0)
EMPTY = "/nothing"
_BRIEFS = 40
_WARM_UP = 3
_SEED, _DRAWS = 7, 2_000
_PARAMETER = re.compile(r"{(\w+)(?::path)?}")
_A_MOMENT, _LONGEST = 0.02, 120.0
"""Seconds: between two looks, and for one answer."""
_SLOWEST = 5
"""How many pages are figures of their own."""
_VIEWER = Viewer(
    user_id="bench-admin", email=large_company.OWNER, name="Bench Admin", role=Role.ADMIN, language=Language.ES
)


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Time every page of a large company against an empty one.")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked for")
    wanted = parser.parse_args()
    telemetry.configure("error")
    figures = list(measured(accounts=wanted.accounts, times=wanted.times))
    return finish(figures, own_data=not wanted.record, published="a run with `--record`")


def measured(*, accounts: int, times: int) -> Iterator[Figure]:
    """The worst ratio of p95, the slowest pages, and how many pages there are."""
    clock = FixedClock(datetime.combine(large_company.TODAY, time_of_day(9), tzinfo=UTC))
    with installation(clock) as application:
        things = _filled(application, clock, accounts=accounts)
        app = create_app(application, worker=False)
        with _served(app) as client:
            client.cookies.set(SESSION_COOKIE, _session(application))
            things |= _more_things(client)
            paths, left_out = _pages(client, list(_page_paths(app.routes)), things)
            took = {path: _timed(client, path, times=times) for path in paths}
    note = f"{accounts} accounts seen by one person; in turn with the empty page, {times} times each; "
    ratios = {path: _ratio(pairs) for path, pairs in took.items()}
    slowest = sorted(ratios, key=lambda path: -ratios[path])
    yield _figure("web.pages.worst_p95_ratio", took[slowest[0]], note=f"{note}{_shape(slowest[0], things)}", goal=GOAL)
    for path in slowest[:_SLOWEST]:
        yield _figure(f"web.pages.p95_ratio.{_shape(path, things)}", took[path], note=note)
    slow = sum(ratio > GOAL.threshold for ratio in ratios.values())
    told = f"{note}not opened: {', '.join(left_out) or 'none'}"
    for name, value in (("pages", len(paths)), ("over_goal", slow), ("not_opened", len(left_out))):
        yield Figure(
            name=f"web.pages.{name}", language="-", value=value, n=len(paths), command=COMMAND, measured_on=today(),
            note=told,
        )  # fmt: skip


def _filled(application: Application, clock: FixedClock, *, accounts: int) -> dict[str, str]:
    """A company with scores of two days, alerts, briefs in the queue, a chat and a questionnaire; what paths name."""
    database = application.database
    size = large_company.Size(accounts=accounts, passages=10 * accounts)
    large_company.fill(database, size=size, texts=large_company.sample_texts(demo_company.FOLDER / "accounts"))
    application.scores.recompute(database)
    clock.advance(timedelta(days=7))
    with database.unit_of_work() as uow:
        # A tenth of the customers has stopped writing and complains: that is what alerts are made of.
        run = uow.session.connection().exec_driver_sql
        run("update tickets set opened_at = opened_at + interval '7 days' where account_source_id like '%%7'")
        run("update accounts set content_hash = 'y' where source_id like '%%7'")
    analyse(database)
    application.scores.recompute(database)
    items = [_brief(application, number) for number in range(1, _BRIEFS + 1)]
    return {"account_id": _account(1), "item_id": items[0]}


def _account(number: int) -> str:
    return stable_id("account", "bench", str(number))


def _brief(application: Application, number: int) -> str:
    with application.database.unit_of_work() as uow:
        return application.briefs.run(_account(number), viewer=_VIEWER, language=Language.ES, uow=uow).item.id


def _session(application: Application) -> str:
    with application.database.unit_of_work() as uow:
        return application.people.open_session(_VIEWER, way="password", uow=uow).token


def _more_things(client: httpx.Client) -> dict[str, str]:
    """What people make over the API."""
    headers = {"x-csrf-token": str(client.get("/api/v1/me").json()["csrf_token"])}

    def made(path: str, body: object = None) -> dict[str, Any]:
        answer = client.post(f"/api/v1{path}", json=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    thread = str(made("/chat/threads")["id"])
    made(f"/chat/threads/{thread}/turns", {"message": "¿Qué renovaciones hay este trimestre?"})
    project = made("/rfps/pasted", {"text": "1. Where is data hosted?\n2. Are backups kept?", "title": "Questions"})
    alerts = client.get("/api/v1/alerts").json()["alerts"]
    found = {"thread_id": thread, "project_id": str(project["id"])}
    return found | ({"alert_id": str(alerts[0]["alert"]["id"])} if alerts else {})


@contextmanager
def _served(app: Any) -> Iterator[httpx.Client]:
    """The application on a free port of this machine, and a client that follows nothing by itself."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=lambda: running.run(sockets=[listener]), daemon=True)
        thread.start()
        while not running.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(_A_MOMENT)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=address, timeout=_LONGEST) as client:
            yield client
        running.should_exit = True
        thread.join()


def _page_paths(routes: Iterable[Any]) -> Iterator[str]:
    """Of every route that answers a browser's GET; routers that were included keep their own routes."""
    for route in routes:
        path = getattr(route, "path", "")
        if "GET" in (getattr(route, "methods", None) or ()) and not path.startswith("/api/"):
            yield path
        yield from _page_paths(getattr(getattr(route, "original_router", None), "routes", ()))


def _pages(client: httpx.Client, paths: list[str], things: dict[str, str]) -> tuple[list[str], list[str]]:
    """The addresses that show a page, and the paths that nothing here opens or that are no pages."""
    opened, left_out = [], []
    for path in dict.fromkeys(paths):
        if all(name in things for name in _PARAMETER.findall(path)):
            address = _PARAMETER.sub(lambda match: things[match[1]], path)
            answer = client.get(address)
            if answer.status_code == HTTPStatus.OK and answer.headers["content-type"].startswith("text/html"):
                opened.append(address)
                continue
        left_out.append(path)
    return opened, left_out


def _timed(client: httpx.Client, path: str, *, times: int) -> np.ndarray:
    """Seconds of the page and of the empty one, shape (times, 2)."""
    for _ in range(_WARM_UP):
        client.get(path)
        client.get(EMPTY)
    return np.array([(_seconds(client, path), _seconds(client, EMPTY)) for _ in range(times)])


def _seconds(client: httpx.Client, path: str) -> float:
    begin = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begin


def _ratio(pairs: np.ndarray) -> float:
    return float(np.percentile(pairs[:, 0], 95) / np.percentile(pairs[:, 1], 95))


def _shape(address: str, things: dict[str, str]) -> str:
    """The path with its parameters' names again."""
    for name, thing in things.items():
        address = address.replace(thing, f"{{{name}}}")
    return address


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
