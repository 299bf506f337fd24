"""Speed of a brief by the offline writer on a large company, against a bare retrieve-and-fill chain in the same run.

Run `python -m evals.brief.bench`. Invariant: both sides are timed in turn on the same accounts, on the same machine, in
the same process; the ratio is reported, not the absolute times alone.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from copilot import telemetry
from copilot.approvals.policy import load_policy
from copilot.approvals.service import ApprovalService
from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.llm.embeddings import select_embedder
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.database import Database
from copilot.workflows.brief import BriefWorkflow
from evals import figures
from evals.brief import bare_chain, large_company
from knowledge import demo_company

COMMAND = "python -m evals.brief.bench"
GOAL = figures.Goal(comparison="<=", threshold=2.0)
SEED = 7
_DRAWS = 2_000
_KIBIBYTES_PER_MEGABYTE = 1024
VIEWER = Viewer(user_id="bench-admin", email=large_company.OWNER, name="Bench Admin", role=Role.ADMIN)


def main() -> None:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--briefs", type=int, default=200, help="briefs timed on each side")
    wanted = parser.parse_args()
    telemetry.configure()
    size = large_company.Size(accounts=wanted.accounts, passages=wanted.passages)
    measured = measure(size, briefs=wanted.briefs)
    for figure in measured:
        print(f"{figure.name:36} {figure.value:10.3f} {figure.unit:6} {figure.note}")  # noqa: T201
    if wanted.record:
        figures.record(measured)


def measure(size: large_company.Size, *, briefs: int) -> list[figures.Figure]:
    """Fill a workspace of its own, time both sides, and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        found = embedded.start(data_dir)
        database = Database(
            found.application_url, owner_url=found.owner_url, clock=SystemClock(pinned_today=large_company.TODAY)
        )
        try:
            database.migrate()
            texts = large_company.sample_texts(demo_company.FOLDER / "accounts")
            large_company.fill(database, size=size, texts=texts)
            return _timed(database, size=size, texts=[item.text for item in texts], briefs=briefs)
        finally:
            database.dispose()
            embedded.stop(data_dir)


def _timed(database: Database, *, size: large_company.Size, texts: Sequence[str], briefs: int) -> list[figures.Figure]:
    chooser = random.Random(SEED)
    numbers = chooser.sample(range(1, size.accounts + 1), briefs)
    accounts = [stable_id("account", "bench", str(number)) for number in numbers]
    workflow = BriefWorkflow(ApprovalService(load_policy(None)))

    def ours(account: str) -> None:
        with database.unit_of_work() as uow:
            workflow.run(account, viewer=VIEWER, language=Language.ES, uow=uow)

    def gather(account: str) -> None:
        with database.unit_of_work() as uow:
            AccountFactsRepository(uow).gather(account, viewer=VIEWER, today=large_company.TODAY)

    for account in accounts[:10]:
        ours(account)
    gathered = [_seconds(gather, account) for account in accounts]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIBIBYTES_PER_MEGABYTE
    bare = _bare(database, size=size, texts=texts)
    for account in accounts[:5]:
        bare(account)
    pairs = [(_seconds(ours, account), _seconds(bare, account)) for account in accounts]
    return _figures(np.array(pairs), np.array(gathered), memory=memory, size=size)


def _bare(database: Database, *, size: large_company.Size, texts: Sequence[str]) -> Callable[[str], None]:
    choice = select_embedder(Settings())
    if choice.embedder is None:
        raise choice.reason or RuntimeError("the bare chain needs an embedding model")
    collection = bare_chain.collection_of(texts, passages=size.passages, dimension=choice.embedder.dimension, seed=SEED)
    embedder = choice.embedder
    retriever = bare_chain.ChromaRetriever(
        collection=collection, embed=lambda query: embedder.embed_query(query, Language.EN.value)
    )

    def bare(account: str) -> None:
        bare_chain.bare_brief(account, retriever=retriever, database=database)

    return bare


def _seconds(run: Callable[[str], None], account: str) -> float:
    start = time.perf_counter()
    run(account)
    return time.perf_counter() - start


def _figures(
    pairs: np.ndarray, gathered: np.ndarray, *, memory: float, size: large_company.Size
) -> list[figures.Figure]:
    ours, bare = pairs[:, 0], pairs[:, 1]
    ratio = float(np.percentile(ours, 95) / np.percentile(bare, 95))
    note = (
        f"{size.accounts} accounts, {size.passages} passages; bare chain unfiltered, with the same embedder, no model"
    )

    def figure(name: str, value: float, unit: str, **more: object) -> figures.Figure:
        return figures.Figure.model_validate({
            "name": name, "language": "-", "value": round(value, 3), "unit": unit, "n": len(pairs), "command": COMMAND,
            "measured_on": figures.today(), "note": note, **more,
        })  # fmt: skip

    return [
        figure(
            "brief.speed.p95_ratio", ratio, "", goal=GOAL, interval=_interval(pairs),
            interval_method=f"bootstrap over accounts, {_DRAWS} draws, seed {SEED}",
        ),
        figure("brief.speed.p95", 1000 * float(np.percentile(ours, 95)), "ms"),
        figure("brief.speed.p50", 1000 * float(np.percentile(ours, 50)), "ms"),
        figure("brief.speed.bare_chain_p95", 1000 * float(np.percentile(bare, 95)), "ms"),
        figure("brief.speed.gather_p95", 1000 * float(np.percentile(gathered, 95)), "ms"),
        figure("brief.speed.gather_p50", 1000 * float(np.percentile(gathered, 50)), "ms"),
        figure("brief.memory.peak", memory, "MB", note=f"resident, before the bare chain is loaded; {note}"),
    ]  # fmt: skip


def _interval(pairs: np.ndarray) -> tuple[float, float]:
    generator = np.random.default_rng(SEED)
    draws = generator.integers(0, len(pairs), size=(_DRAWS, len(pairs)))
    ratios = np.percentile(pairs[draws, 0], 95, axis=1) / np.percentile(pairs[draws, 1], 95, axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


if __name__ == "__main__":
    main()
