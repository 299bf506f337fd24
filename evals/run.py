"""Runs the suites of one group, each in a process of its own, and says which failed.

Invariant: a suite that cannot run (its data are absent) says so and is counted as skipped, never as passed; a
suite that breaks makes the exit code non-zero but does not keep the others from running.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass

SKIPPED = 77
"""Exit code of a suite whose data are absent (the convention of automake)."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A module run as `python -m`, in these groups."""

    module: str
    groups: tuple[str, ...]
    takes_data: bool = True
    records_on_request: bool = False
    """Whether it writes its figures only with `--record`; as a quick check it is held to the recorded ones."""

    def arguments(self, group: str, *, data: str | None) -> list[str]:
        """What the module is called with."""
        mode = ["--gate" if group == "quick" else "--record"] if self.records_on_request else []
        return mode + (["--data", data] if data and self.takes_data else [])


SUITES = (
    Suite("evals.brief.quality", ("quick", "quality"), takes_data=False, records_on_request=True),
    Suite("evals.imports", ("quality",)),
    Suite("evals.retrieval.ccm", ("quality",)),
    Suite("evals.retrieval.xquad", ("quality",)),
    Suite("evals.retrieval.demo", ("quality",), takes_data=False),
    Suite("evals.guardrails.personal_data", ("quality",)),
    Suite("evals.guardrails.leakage", ("quality",), takes_data=False, records_on_request=True),
    Suite("evals.guardrails.model_privacy", ("quality",), takes_data=False),
    Suite("evals.guardrails.injection", ("quality",)),
    Suite("evals.guardrails.commitments", ("quality",)),
    Suite("evals.guardrails.tone", ("quality",)),
    Suite("evals.guardrails.grounding", ("quality",)),
    Suite("evals.guardrails.planted", ("quality",), takes_data=False),
    Suite("evals.guardrails.hostile", ("quality",), takes_data=False),
    Suite("evals.approvals.tampering", ("quality",), takes_data=False),
    Suite("evals.chat.conversations", ("quality",), records_on_request=True),
    Suite("evals.chat.follow_ups", ("quality",), takes_data=False, records_on_request=True),
    Suite("evals.chat.meetings", ("quality",), takes_data=False, records_on_request=True),
    Suite("evals.chat.qmsum", ("quality",)),
    Suite("evals.chat.tokens", ("quality",), takes_data=False),
    Suite("evals.rfp.datica", ("quality",), records_on_request=True),
    Suite("evals.rfp.own", ("quality",), records_on_request=True),
    Suite("evals.rfp.detection", ("quality",), records_on_request=True),
    Suite("evals.rfp.round_trip", ("quality",), records_on_request=True),
    Suite("evals.scoring.histories", ("quality",)),
    Suite("evals.scoring.forecast", ("quality",)),
    Suite("evals.scoring.portfolio", ("quality",), records_on_request=True),
    Suite("evals.scoring.speed", ("bench",)),
    Suite("evals.scoring.incremental", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.approvals.histories", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.approvals.concurrency", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.guardrails.throughput", ("bench",)),
    Suite("evals.guardrails.model_privacy_answers", ("bench",), takes_data=False),
    Suite("evals.approvals.style", ("quality",), takes_data=False),
    Suite("evals.retrieval.bench", ("bench",), takes_data=False),
    Suite("evals.brief.bench", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.approvals.scale", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.approvals.decisions", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.approvals.faults", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.chat.models", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.chat.speed", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.rfp.speed", ("bench",), records_on_request=True),
    Suite("evals.chat.local_model", ("model",), takes_data=False, records_on_request=True),
    Suite("evals.rfp.second_opinion", ("model",), records_on_request=True),
    Suite("evals.web.pages", ("bench",), takes_data=False, records_on_request=True),
    Suite("evals.installation", ("bench",), takes_data=False),
)


def main() -> int:
    """Run a group; exit code 1 when a suite failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=["quick", "quality", "bench", "model"])
    parser.add_argument("--data", help="Folder with data of the same formats, instead of the benchmarks folder.")
    arguments = parser.parse_args()
    outcomes: dict[str, int] = {}
    for suite in SUITES:
        if arguments.group in suite.groups:
            sys.stdout.write(f"== {suite.module}\n")
            sys.stdout.flush()
            # The arguments are this module's own list and one folder name; no shell is involved.
            command = [sys.executable, "-m", suite.module, *suite.arguments(arguments.group, data=arguments.data)]
            outcomes[suite.module] = subprocess.run(command, check=False).returncode  # noqa: S603
    for module, code in outcomes.items():
        verdict = {0: "ran", SKIPPED: "skipped: its data are absent"}.get(code, f"FAILED with exit code {code}")
        sys.stdout.write(f"{module}: {verdict}\n")
    return int(any(code not in {0, SKIPPED} for code in outcomes.values()))


if __name__ == "__main__":
    raise SystemExit(main())
