"""Whether any change of an exported audit log is found, and named, offline.

Run: python -m evals.approvals.tampering

A log of real form is written with signed checkpoints, tampered with at random, and verified from nothing but the
files and the public key. Every manipulation is tried as it is and with all hashes made anew, as somebody would who
can write the database. Invariant: the same seed gives the same manipulations; all are reported, missed ones too.
"""

import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from copilot.approvals.audit import check_export, checkpoints_beside
from copilot.approvals.checkpoints import write_checkpoints
from copilot.domain.audit import GENESIS, AuditEvent, export_line, seal
from copilot.domain.checkpoints import Checkpoint, SigningKey, next_checkpoint
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import wilson_interval

_COMMAND = "python -m evals.approvals.tampering"
_PREFIX = "approvals.tampering"
_SEED = 20261122
_EVENTS, _EVERY, _EACH = 600, 100, 200
_WINDOW = 50
"""Events after the last checkpoint, in the part that measures what cannot be seen yet."""
_ALL = Goal(comparison="==", threshold=1.0)
_ACTIONS = ("review.submitted", "review.voted", "review.approved", "review.edited", "release.released")


def write_log(count: int) -> list[AuditEvent]:
    """A chain of events as the queue writes them."""
    events: list[AuditEvent] = []
    for number in range(1, count + 1):
        event = AuditEvent(
            sequence=number,
            happened_at=datetime(2026, 11, 16, 9, tzinfo=UTC) + timedelta(seconds=37 * number),
            actor_id=f"user_{number % 7:032d}",
            action=_ACTIONS[number % len(_ACTIONS)],
            subject=f"review_item:review_{number // 5:032x}",
            details={"version": "1", "digest": f"{number:064x}", "risk": "low", "rule": "internal-low"},
            previous_hash=events[-1].hash if events else GENESIS,
            hash="",
        )
        events.append(seal(event))
    return events


def sign(events: Sequence[AuditEvent], *, key: SigningKey, every: int) -> list[Checkpoint]:
    """A checkpoint after every so many events."""
    made: list[Checkpoint] = []
    for start in range(0, len(events), every):
        part = events[start : start + every]
        hashes = [event.hash for event in part]
        made.append(next_checkpoint(made[-1] if made else None, hashes, key=key, made_at=part[-1].happened_at))
    return made


def made_anew(events: Sequence[AuditEvent]) -> list[AuditEvent]:
    """The same events numbered, linked and hashed as if they had always been so."""
    previous, found = GENESIS, []
    for number, event in enumerate(events, start=1):
        sealed = seal(event.model_copy(update={"sequence": number, "previous_hash": previous}))
        previous = sealed.hash
        found.append(sealed)
    return found


@dataclass(frozen=True, slots=True)
class Tampered:
    """A manipulated log, and the position from which it is not as it was."""

    events: list[AuditEvent]
    first: int


Tamper = Callable[[list[AuditEvent], random.Random, int], Tampered]
"""Changes a log at random, at or after the position given (from 0)."""


def edit(events: list[AuditEvent], randomly: random.Random, start: int) -> Tampered:
    """One field of one event says something else; half of the time its own hash is made anew."""
    place = randomly.randrange(start, len(events))
    event = events[place]
    changes: dict[str, object] = randomly.choice(
        [
            {"actor_id": f"user_{randomly.getrandbits(64):032d}"},
            {"action": "review.approved" if event.action != "review.approved" else "review.rejected"},
            {"subject": f"review_item:review_{randomly.getrandbits(64):032x}"},
            {"happened_at": event.happened_at + timedelta(microseconds=randomly.choice([-1, 1]))},
            {"details": {**event.details, "digest": f"{randomly.getrandbits(200):064x}"}},
            {"details": {key: value for key, value in event.details.items() if key != "rule"}},
        ]
    )
    changed = event.model_copy(update=changes)
    if randomly.random() < 0.5:
        changed = seal(changed)
    return Tampered([*events[:place], changed, *events[place + 1 :]], place + 1)


def delete(events: list[AuditEvent], randomly: random.Random, start: int) -> Tampered:
    """One to five events in a row are gone; others follow."""
    place = randomly.randrange(start, len(events) - 5)
    return Tampered(events[:place] + events[place + randomly.randint(1, 5) :], place + 1)


def insert(events: list[AuditEvent], randomly: random.Random, start: int) -> Tampered:
    """An event that never was, or one that was said once more."""
    place = randomly.randrange(start, len(events))
    model = randomly.choice(events)
    added = model if randomly.random() < 0.5 else seal(model.model_copy(update={"actor_id": "somebody"}))
    following = events[place]
    if (added.actor_id, added.subject, added.details) == (following.actor_id, following.subject, following.details):
        added = seal(added.model_copy(update={"action": "review.invented"}))
    return Tampered([*events[:place], added, *events[place:]], place + 1)


def reorder(events: list[AuditEvent], randomly: random.Random, start: int) -> Tampered:
    """Two events change places."""
    left, right = sorted(randomly.sample(range(start, len(events)), 2))
    moved = list(events)
    moved[left], moved[right] = moved[right], moved[left]
    return Tampered(moved, left + 1)


def cut(events: list[AuditEvent], randomly: random.Random, start: int) -> Tampered:
    """The log ends earlier."""
    place = randomly.randrange(max(start, 1), len(events))
    return Tampered(events[:place], place + 1)


KINDS: dict[str, Tamper] = {"edit": edit, "delete": delete, "insert": insert, "reorder": reorder, "cut": cut}


@dataclass(slots=True)
class Tally:
    """How many of a kind were tried, found, and named at the right event."""

    tried: int = 0
    found: int = 0
    named: int = 0
    seen_by_hashes: int = 0
    """Found without checkpoints."""


@dataclass(slots=True)
class Trial:
    """One log with its checkpoints in a folder of its own."""

    folder: Path
    key: SigningKey = field(default_factory=SigningKey.generate)
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    @property
    def log(self) -> Path:
        return self.folder / "audit.jsonl"

    def sign(self, events: Sequence[AuditEvent]) -> None:
        """Write the checkpoints of `events` beside the log."""
        write_checkpoints(checkpoints_beside(self.log), sign(events, key=self.key, every=_EVERY))

    def intact(self, events: Sequence[AuditEvent]) -> bool:
        """Whether a log passes."""
        self._write(events)
        return check_export(self.log, trusted=[self.key.public]).intact

    def attempt(self, label: str, tampered: Tampered) -> None:
        """Verify one manipulated log from its files."""
        self._write(tampered.events)
        found = check_export(self.log, trusted=[self.key.public])
        alone = self.folder / "alone.jsonl"
        alone.write_bytes(self.log.read_bytes())
        tally = self.tallies[label]
        tally.tried += 1
        tally.found += not found.intact
        tally.named += found.events.bad_place == tampered.first
        tally.seen_by_hashes += not check_export(alone).intact

    def _write(self, events: Sequence[AuditEvent]) -> None:
        self.log.write_text("".join(export_line(event) + "\n" for event in events), encoding="ascii", newline="\n")


def run(*, each: int = _EACH, count: int = _EVENTS, window: int = _WINDOW) -> tuple[dict[str, Tally], int]:
    """Tallies by `<kind>.<as_is|rehashed>` and of the window, and how many untouched logs were refused."""
    randomly = random.Random(_SEED)
    with tempfile.TemporaryDirectory() as name:
        trial = Trial(Path(name))
        events = write_log(count)
        trial.sign(events)
        refused = int(not trial.intact(events))
        for kind, tamper in KINDS.items():
            for _ in range(each):
                tampered = tamper(events, randomly, 0)
                trial.attempt(f"{kind}.as_is", tampered)
                trial.attempt(f"{kind}.rehashed", Tampered(made_anew(tampered.events), tampered.first))
        grown = write_log(count + window)
        refused += int(not trial.intact(grown))
        for number in range(each):
            tamper = KINDS[list(KINDS)[number % len(KINDS)]]
            tampered = tamper(grown, randomly, count)
            trial.attempt("after_last_checkpoint", Tampered(made_anew(tampered.events), tampered.first))
        trial.sign(grown)
        for number in range(each):
            tamper = KINDS[list(KINDS)[number % len(KINDS)]]
            tampered = tamper(grown, randomly, count)
            trial.attempt("after_next_checkpoint", Tampered(made_anew(tampered.events), tampered.first))
        return dict(trial.tallies), refused


def figures(tallies: dict[str, Tally]) -> list[Figure]:
    """Shares with Wilson intervals."""
    found = []
    for label, tally in tallies.items():
        goal = None if label == "after_last_checkpoint" else _ALL
        found.append(_share(f"found.{label}", tally.found, tally.tried, goal=goal, note=_note(label, tally)))
    for way in ("as_is", "rehashed"):
        of_way = [tally for label, tally in tallies.items() if label.endswith(f".{way}")]
        tried = sum(tally.tried for tally in of_way)
        note = f"all kinds together, log of {_EVENTS} events, a checkpoint every {_EVERY}"
        found.append(_share(f"found.all.{way}", sum(tally.found for tally in of_way), tried, goal=_ALL, note=note))
        named = sum(tally.named for tally in of_way)
        found.append(_share(f"first_bad_event_named.{way}", named, tried, goal=_ALL, note=note))
    return found


def _note(label: str, tally: Tally) -> str:
    if label == "after_last_checkpoint":
        return (
            f"hashes made anew, only in the {_WINDOW} events after the last checkpoint: this cannot be seen before the "
            "next checkpoint is signed, and was not"
        )
    return f"{tally.seen_by_hashes} of them also by the hashes of the log alone, without checkpoints"


def _share(name: str, hits: int, trials: int, *, goal: Goal | None, note: str) -> Figure:
    return Figure(
        name=f"{_PREFIX}.{name}",
        language="-",
        value=hits / trials,
        n=trials,
        interval=wilson_interval(hits, trials),
        interval_method="Wilson",
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


def main() -> int:
    """Tamper, verify, print, record."""
    tallies, refused = run()
    measured = figures(tallies)
    for figure in measured:
        sys.stdout.write(f"{describe(figure)}  ({figure.note})\n")
    sys.stdout.write(f"untouched logs refused: {refused} of 2\n")
    if refused:
        return 1
    record(measured)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
