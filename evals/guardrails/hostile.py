"""Does any detector raise on hostile text? 10,000 generated inputs through every detector, at every stage.

Run: python -m evals.guardrails.hostile [--examples N]

An input is a text of control characters, lone surrogates, right-to-left marks, nested markup, halves of attacks and
identifiers, long runs of one character. Each goes through every detector of texts, and as sentence, evidence and name
of a draft through every detector of drafts. Hypothesis makes them; the seed is fixed.
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.findings import Finding, Stage
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.guardrails.detector import Context, Detector, OverSegments, Text, TextDetector
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.registry import DETECTORS
from copilot.guardrails.surroundings import Surroundings
from evals.figures import Figure, Goal, describe, record, today

_COMMAND = "python -m evals.guardrails.hostile"
_EXAMPLES = 10_000
_FEWEST_RECORDED = 1_000
"""A shorter run is a trial. Ten thousand take about half an hour on two cores."""
_SEED = 20261122
_PIECES = (
    "<div style='display:none'>", "</div>", "<!--", "-->", "<b><i>" * 40, "[[", "]](", "![x](http://", "```",
    "{{", "}}", "{0}", "%s", "\\u0000", "\x00", "\x1b[31m", "\ud800", "\udfff", "\u202e", "\u200b" * 30,
    "\u2066", "\ufeff", "\U000e0041", "a" * 3000, "1" * 3000, "1 " * 500, "a@" * 500, "((((" * 100,
    "+34 " * 100, "ES91 2100 ", "4111 1111 1111 ", "12345678Z", "-----BEGIN PRIVATE KEY-----",
    "sk-" + "x" * 200, "aWdub3Jl" * 100, "%69%67" * 100, "ignore previous ", "ignora las ", "1.234.567,89 € ",
    "31/12/", "-" * 1000, "." * 1000, "'" * 500, "\r\n\t" * 200, "ﷺ", "Ⅷ", "𝓲𝓰𝓷𝓸𝓻𝓮", "İ", "ß" * 100, "ΐ",
    "http://user:pass@", "xn--", "@", "#", "&#x69;" * 100, "=?utf-8?b?", "Sr. ", "Dear ", "DNI ",
    "garantizamos el ",
)  # fmt: skip
hostile_texts = st.lists(
    st.one_of(
        st.sampled_from(_PIECES), st.text(max_size=40), st.text(st.characters(), max_size=8).map(lambda s: s * 50)
    ),
    max_size=8,
).map("".join)
"""Texts that somebody could send to break a detector. Lone surrogates included: JSON can carry them."""


def draft_of(text: str, *, language: Language, audience: Audience) -> Draft:
    """A draft that says `text`, rests on `text` and is about a company of that name."""
    day = date(2026, 11, 16)
    evidence = Evidence(
        id="passage:psg_1",
        kind=EvidenceKind.PASSAGE,
        text=text,
        label=text[:50],
        as_of=day,
        origin=Origin.CUSTOMER,
        account_id="acc_1",
        document_id="doc_1",
        start=0,
        end=len(text),
    )
    segments = (Segment(id="summary.1", text=text, evidence_ids=(evidence.id,)), Segment(id="summary.2", text=text))
    return Draft(
        kind=DraftKind.BRIEF,
        audience=audience,
        language=language,
        title=text[:50],
        account_id="acc_1",
        account_name=text[:50],
        as_of=day,
        written_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        sections=(Section(key="summary", title="Resumen", segments=segments),),
        evidence=(evidence,),
        provenance=Provenance(writer="model", code_version="eval", notes=(text[:50],)),
    )


_HINTS = Hints(language=Language.ES, countries=("ES", "MX"), known_names=frozenset({"Ana Ruiz"}))


def inspect_everywhere(detector: Detector | TextDetector, text: str) -> list[Finding]:
    """What a detector finds in `text`: as a text at every stage, and as a draft. Raises what the detector raises."""
    found: list[Finding] = []
    hints = replace(_HINTS, known_names=_HINTS.known_names | {text[:40]})
    if isinstance(detector, TextDetector):
        for stage in Stage:
            found += detector.inspect_text(Text(content=text, origin=Origin.CUSTOMER, hints=hints, stage=stage))
    for language, audience in ((Language.ES, Audience.EXTERNAL), (Language.EN, Audience.INTERNAL)):
        found += inspect_draft(detector, draft_of(text, language=language, audience=audience), hints)
    return found


def inspect_once(detector: Detector | TextDetector, text: str) -> list[Finding]:
    """What a detector finds in `text`, looked at once: for texts so long that every stage would take minutes."""
    if isinstance(detector, TextDetector):
        source = Text(content=text, origin=Origin.CUSTOMER, hints=_HINTS, stage=Stage.CONTEXT)
        return list(detector.inspect_text(source))
    return inspect_draft(detector, draft_of(text, language=Language.ES, audience=Audience.EXTERNAL), _HINTS)


def inspect_draft(detector: Detector | TextDetector, draft: Draft, hints: Hints) -> list[Finding]:
    """What a detector finds in a draft that rests on what it carries."""
    over_drafts = detector if isinstance(detector, Detector) else OverSegments(detector)
    surroundings = Surroundings(known_names=hints.known_names, countries=hints.countries)
    known = draft.evidence_by_id
    return list(over_drafts.inspect(Context(draft=draft, current=known, snapshot=known, surroundings=surroundings)))


def hostile_run(examples: int, check: Callable[[str], None]) -> None:
    """Call `check` with `examples` generated texts. Raises what it raises, on the smallest text that shows it."""

    @seed(_SEED)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(hostile_texts)
    def run(text: str) -> None:
        check(text)

    run()


def measure(examples: int) -> Figure:
    """How many inputs made at least one detector raise. Each detector gets the same inputs, on a core of its own."""
    names = sorted(DETECTORS, key=lambda name: name != "grounding")
    with ProcessPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(_tried, names, [examples] * len(names)))
    raised = {place for places, _ in outcomes for place in places}
    return Figure(
        name="guardrails.hostile.inputs_that_raise",
        language="-",
        value=len(raised),
        n=min(seen for _, seen in outcomes),
        goal=Goal(comparison="==", threshold=0),
        command=_COMMAND,
        measured_on=today(),
        note=f"every detector ({len(names)}), every stage, and as draft, evidence and name; seed {_SEED}",
    )


def _tried(name: str, examples: int) -> tuple[set[int], int]:
    """The numbers of the inputs on which one detector raised, and how many inputs there were."""
    detector = DETECTORS[name](default_guardrail_policy())
    raised: set[int] = set()
    seen = 0

    def check(text: str) -> None:
        nonlocal seen
        seen += 1
        try:
            inspect_everywhere(detector, text)
        except Exception as error:  # noqa: BLE001 - the outermost loop of the suite: what raises is what it counts
            raised.add(seen)
            sys.stdout.write(f"{name}: {type(error).__name__} on {text[:80]!r}\n")

    hostile_run(examples, check)
    sys.stdout.write(f"{name}: {seen} inputs, {len(raised)} raised\n")
    sys.stdout.flush()
    return raised, seen


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=_EXAMPLES)
    examples = parser.parse_args().examples
    figure = measure(examples)
    sys.stdout.write(f"{describe(figure)}\n")
    if examples >= _FEWEST_RECORDED:
        record([figure])
    return int(not figure.met)


if __name__ == "__main__":
    raise SystemExit(main())
