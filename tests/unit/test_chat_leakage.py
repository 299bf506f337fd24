"""An answer over several accounts may name those whose sources its reader may read, and nobody else's."""

from datetime import date

import pytest

from copilot.domain.drafts import Audience
from copilot.domain.elsewhere import Elsewhere, ElsewhereKind
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.guardrails.detector import Context
from copilot.guardrails.leakage import LeakageDetector
from copilot.guardrails.surroundings import Surroundings
from tests import approvals_builders as world

OTHER = Elsewhere(kind=ElsewhereKind.ACCOUNT, text="Aguas del Tormes", accounts=frozenset({"acc_9"}))
NAMED = Evidence(
    id="record:acc_9:name",
    kind=EvidenceKind.RECORD,
    text="name: Aguas del Tormes",
    label="HubSpot",
    as_of=date(2026, 11, 13),
    account_id="acc_9",
)


@pytest.mark.parametrize(
    ("audience", "readable", "found"),
    [(Audience.INTERNAL, True, 0), (Audience.INTERNAL, False, 1), (Audience.EXTERNAL, True, 1)],
    ids=["readable", "not readable", "leaves the company"],
)
def test_names_of_accounts_in_an_answer_without_one(audience: Audience, readable: bool, found: int) -> None:
    draft = world.draft_about((NAMED,), (("Aguas del Tormes tiene dos tickets abiertos.", (NAMED.id,)),))
    draft = draft.model_copy(update={"account_id": None, "account_name": None, "audience": audience})
    current = {NAMED.id: NAMED} if readable else {}
    context = Context(draft=draft, current=current, surroundings=Surroundings(elsewhere=(OTHER,)))
    findings = [item for item in LeakageDetector().inspect(context) if item.rule == "leak.other_account_name"]
    assert len(findings) == found
