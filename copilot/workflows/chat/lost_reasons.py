"""Why an account left or a deal was lost, where the CRM says so in so many words.

Invariant: only asked for by a question about a reason; what is quoted is the reason recorded, on the deal it belongs
to, the newest loss first. Whether a customer's own words say the same is for the texts to tell.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from copilot.domain.account_facts import AccountFacts
from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.domain.records import Opportunity, OpportunityStatus
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.chat.contract import Line, Scene
from copilot.workflows.chat.question import Expected, expected_kind
from copilot.workflows.chat.wording import cited, quote

_MOST = 2
_LEFT = re.compile(
    r"\b(?:leave|leaves|left|leaving|lost|lose|losing|churn\w*|cancel\w*|quit|se (?:fue|fueron|marcho|marcharon|dio|"
    r"dieron) ?(?:de baja)?|perdi\w*|abandon\w*|nos dej(?:o|aron)|baja)\b"
)


def asks_why_lost(question: str) -> bool:
    """Whether a question is about why somebody left or something was lost."""
    return expected_kind(question) is Expected.REASON and _LEFT.search(flat(question)) is not None


def lost_reasons(account_ids: Sequence[str], scene: Scene) -> tuple[list[Line], list[Evidence]]:
    """A line for each of the last losses of these accounts with its reason, and what the lines cite."""
    lines: list[Line] = []
    evidence: list[Evidence] = []
    for account_id in account_ids:
        facts = AccountFactsRepository(scene.uow).gather(account_id, viewer=scene.viewer, today=scene.today)
        book = EvidenceBook(facts, language=scene.language)
        lines += [_line(deal, book, scene) for deal in list(_lost(facts))[:_MOST]]
        evidence += book.all().values()
    return lines, evidence


def _lost(facts: AccountFacts) -> Iterator[Opportunity]:
    lost = [item for item in facts.opportunities if item.status is OpportunityStatus.LOST and item.lost_reason]
    yield from sorted(lost, key=lambda item: item.close_date or date.min, reverse=True)


def _line(deal: Opportunity, book: EvidenceBook, scene: Scene) -> Line:
    told = quote(scene, deal.lost_reason or "")
    text = scene.say(
        es=f"Motivo que consta de la pérdida de «{deal.name}»: {told}",
        en=f"Reason recorded for the loss of “{deal.name}”: {told}",
    )
    return cited(text, [book.record(deal, name) for name in ("lost_reason", "name", "status")])
