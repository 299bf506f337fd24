"""The rule for yes, no and partly held against every labelled sentence of the own set's development half.

Run: python -m evals.rfp.short_forms [COMPANY ...] [--verbose]. For each question that yes or no answers, and each
sentence that its label names: what the rule would say if that sentence alone were chosen. It shows in a minute what the
whole product shows of the few sentences that it answers from: values that are missed, and wrong ones. Sentences that
are no source but come near to being answered from are counted too: a value is right only if the label allows it.
Invariant: a test half is never opened; nothing is recorded, for the rule was written on these halves.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.candidates import MOST_LOOKED_AT, statement_of
from copilot.workflows.rfp.answering.enquiry import enquiry_of
from copilot.workflows.rfp.answering.looking import Looker
from copilot.workflows.rfp.answering.short_form import short_form
from evals.retrieval.collection import READER
from evals.rfp.labels import Label, find
from evals.rfp.own import Base, bases, label_files
from evals.rfp.world import World, open_world

_DATA = Path(__file__).parent / "data"
_TRUSTED = 0.85
"""From this chance on a sentence comes near to being answered from."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the rule says of one sentence."""

    label: Label
    part: str
    text: str
    short: ShortForm | None
    chance: float
    is_source: bool

    @property
    def outcome(self) -> str:
        """`right`, `wrong`, `none` (a value was to be had), or `rightly none`."""
        if self.short is None:
            return "none" if self.label.short else "rightly none"
        return "right" if self.short in self.label.short else "wrong"

    @property
    def kind(self) -> str:
        """Whether the sentence is a labelled source, and whether it is near being answered from."""
        return f"{'source' if self.is_source else 'other'}, {'trusted' if self.chance >= _TRUSTED else 'doubted'}"


def counted(said: list[Said]) -> list[str]:
    """A line for each kind of sentence: how often it came out how."""
    found = Counter((item.kind, item.outcome) for item in said)
    kinds = sorted({kind for kind, _ in found})
    outcomes = ("right", "wrong", "none", "rightly none")
    return [f"{kind}: " + ", ".join(f"{found[kind, each]} {each}" for each in outcomes) for kind in kinds]


def of_company(base: Base) -> Iterator[Said]:
    """All its labelled questions."""
    with open_world(base.texts) as world:
        looker = Looker(world.application.retrieval, rules=RfpRules())
        for label in base.labels:
            question = find(label.id, base.questionnaires[label.file].questions)
            yield from _of_question(question, label, world, looker)


def _of_question(question: Question, label: Label, world: World, looker: Looker) -> Iterator[Said]:
    enquiry = enquiry_of(question, context=question.section)
    with world.application.database.unit_of_work() as uow:
        scene = Scene(
            viewer=READER, uow=uow, today=uow.clock.today(), language=question.language, message=question.text
        )
        for part in enquiry.parts:
            survey = looker.survey(part, topic=enquiry.topic, matches=(), scene=scene, most=MOST_LOOKED_AT)
            if survey is None or not part.yes_no:
                continue
            for item in survey.ranked:
                short = short_form(statement_of(survey.question, item.judged, chosen=True))
                source = label.is_answered_by(item.told.text, file=world.files[item.told.evidence.document_id or ""])
                if source or item.alone >= _TRUSTED:
                    yield Said(label, part.text, item.told.text, short, item.alone, source)


def main() -> int:
    """Count, and tell what is missed or wrong."""
    parser = argparse.ArgumentParser(description="Yes, no and partly of every labelled sentence.")
    parser.add_argument("companies", nargs="*", help="only these")
    parser.add_argument("--verbose", action="store_true", help="print what is wrong or missed")
    wanted = parser.parse_args()
    found = chain.from_iterable(bases(_DATA / "own", labels=file) for file in label_files(_DATA, split="dev"))
    named = [base for base in found if not wanted.companies or base.labels[0].company in wanted.companies]
    said = [item for base in named for item in of_company(base)]
    if wanted.verbose:
        sys.stdout.writelines(_told(item) for item in said if item.outcome in {"wrong", "none"})
    sys.stdout.writelines(f"{line}\n" for line in counted(said))
    return 0


def _told(item: Said) -> str:
    given = item.short.value if item.short else "-"
    allowed = "/".join(sorted(item.label.short)) or "-"
    return (
        f"{item.outcome} {item.label.name} ({item.kind}, {item.chance:.2f}): {given}, allowed {allowed}\n"
        f"    {item.part}\n    {item.text[:200]}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
