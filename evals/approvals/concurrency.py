"""Many clients decide the same items at the same moment: each item gets exactly one decision.

Run: python -m evals.approvals.concurrency [--items N] [--clients N] [--minutes M] [--record]

Every client is a thread with its own connection and its own wish (approve, reject, request changes) for every item of
a batch, and starts at another place of it. Invariant: what counts as a decision is read afterwards from the rows, the
votes, the releases and the audit chain, which must all say the same.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from copilot.approvals.audit import verify_database
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import Decision, ReviewItem, Verdict
from copilot.errors import CopilotError
from evals.approvals.clocks import SetClock
from evals.approvals.histories import own_database
from evals.approvals.history_world import PEOPLE, Company
from evals.approvals.never import never
from evals.figures import Figure, describe, record

_COMMAND = "python -m evals.approvals.concurrency --record"
_BATCH = 25
_DECIDERS = tuple(name for name, role in PEOPLE.items() if role in {Role.MANAGER, Role.ADMIN})
_SAID = """
select i.id, i.state, i.decided_by,
       (select count(*) from review_votes v where v.review_item_id = i.id and v.voided_at is null),
       (select count(*) from releases r where r.review_item_id = i.id),
       (select count(*) from audit_events e where e.subject = 'review_item:' || i.id
            and e.action in ('review.approved', 'review.rejected', 'review.changes_requested')),
       (select max(e.actor_id) from audit_events e where e.subject = 'review_item:' || i.id
            and e.action in ('review.approved', 'review.rejected', 'review.changes_requested'))
from review_items i where i.id = any(%s)
"""


def main() -> int:
    """Decide, print, and record with `--record`; exit code 1 when an item got another number of decisions than one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--minutes", type=float, default=600, help="begin no further batch after this time")
    parser.add_argument("--record", action="store_true", help="write the figure to evals/figures.json")
    wanted = parser.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with own_database() as database:
        company = Company(database, clock=SetClock())
        figure = _measure(company, items=wanted.items, clients=wanted.clients, seconds=60 * wanted.minutes)
        company.close()
    sys.stdout.write(f"{describe(figure)}\n  {figure.note}\n")
    if wanted.record:
        record([figure])
    return int(not figure.met)


def _measure(company: Company, *, items: int, clients: int, seconds: float) -> Figure:
    end, bad, decided, answers = time.monotonic() + seconds, 0, 0, Counter[str]()
    while decided < items and time.monotonic() < end:
        batch = file_items(company, min(_BATCH, items - decided))
        answers += decide_all(company, batch, clients=clients)
        bad += len(not_decided_once(company, batch))
        decided += len(batch)
    with company.database.unit_of_work() as uow:
        intact = verify_database(uow=uow).intact
    said = ", ".join(f"{name} {count:,}" for name, count in sorted(answers.items()))
    return never(
        "approvals.concurrency.not_decided_exactly_once",
        bad,
        decided,
        command=_COMMAND,
        note=f"share of items; {clients} clients each decide every item; answers: {said}; "
        f"audit chain intact: {'yes' if intact else 'NO'}",
    )


def file_items(company: Company, count: int) -> list[ReviewItem]:
    """Items of high risk, which one manager or administrator decides."""
    draft, report = company.drafts[1]
    viewer = company.viewer("ana")
    if viewer is None:
        raise ValueError("the owner of the account is missing")
    with company.database.unit_of_work() as uow:
        return [company.service.submit(draft, report, viewer=viewer, uow=uow) for _ in range(count)]


def decide_all(company: Company, items: Sequence[ReviewItem], *, clients: int) -> Counter[str]:
    """Let every client decide every item; returns how often each answer was given."""
    viewers = [viewer for name in _DECIDERS if (viewer := company.viewer(name)) is not None]

    def attempt(number: int) -> Counter[str]:
        start = number * len(items) // clients
        viewer, verdict = viewers[number % len(viewers)], list(Verdict)[number // len(viewers) % 3]
        return Counter(_answer(company, item, viewer, verdict) for item in (*items[start:], *items[:start]))

    with ThreadPoolExecutor(max_workers=clients) as pool:
        return sum(pool.map(attempt, range(clients)), Counter[str]())


def _answer(company: Company, item: ReviewItem, viewer: Viewer, verdict: Verdict) -> str:
    decision = Decision(
        verdict=verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=item.digest,
        comment="No.",
        accepted_segments=("summary.1", "summary.2"),
    )
    try:
        with company.database.unit_of_work() as uow:
            company.service.decide(item.id, decision, viewer=viewer, uow=uow)
    except CopilotError as error:
        return error.code
    return "accepted or the same again"


def not_decided_once(company: Company, items: Sequence[ReviewItem]) -> list[str]:
    """Ids of the items whose rows, votes, releases and audit events do not tell of one and the same decision."""
    bad = []
    for item_id, state, decided_by, votes, releases, told, teller in company.run_sql(
        _SAID, [item.id for item in items]
    ):
        wanted = 1 if state == "approved" else 0
        ends = state in {"approved", "rejected", "changes_requested"}
        if not ends or (votes, releases, told, teller) != (wanted, wanted, 1, decided_by):
            bad.append(str(item_id))
    return bad


if __name__ == "__main__":
    raise SystemExit(main())
