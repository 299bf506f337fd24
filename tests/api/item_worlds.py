"""Items of the queue in the small company's database, for the tests of the reviewer's page."""

from collections.abc import Sequence

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination, Email, Mailbox
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.facts import passage_evidence_id, record_evidence_id
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.evidence import EvidenceRepository
from tests.api.web_company import Company

Sentence = tuple[str, tuple[str, ...]]


def facts_of(application: Application, company: Company, *, viewer: Viewer) -> dict[str, Evidence]:
    """`arr`, `renewal_date` and the customer's `email` as evidence."""
    with application.database.unit_of_work() as uow:
        passage = CitedWorkRepository(uow).passages(company.email_id, viewer=viewer)[0]
        ids = {
            "arr": record_evidence_id(company.account_id, "arr"),
            "renewal_date": record_evidence_id(company.account_id, "renewal_date"),
            "email": passage_evidence_id(passage.id),
        }
        found = EvidenceRepository(uow).read(list(ids.values()), viewer=viewer)
        return {name: found[key] for name, key in ids.items()}


GOOD = (("Pagan 84.000 € al año.", ("arr",)), ("Renuevan el 31 de enero de 2027.", ("renewal_date",)))


def filed(
    application: Application,
    company: Company,
    *,
    viewer: Viewer,
    sentences: Sequence[Sentence] = GOOD,
    kind: DraftKind = DraftKind.BRIEF,
    email: bool = False,
    account_id: str | None = None,
) -> ReviewItem:
    """A draft about the first account (or another), checked and filed by `viewer`."""
    facts = facts_of(application, company, viewer=viewer)
    segments = tuple(
        Segment(
            id=f"summary.{number}",
            text=text,
            evidence_ids=tuple(facts[name].id for name in names),
        )
        for number, (text, names) in enumerate(sentences, 1)
    )
    cited = dict.fromkeys(name for _, names in sentences for name in names)
    draft = Draft(
        kind=kind,
        audience=Audience.EXTERNAL if email else Audience.INTERNAL,
        language=Language.ES,
        title="Frigoríficos Valdemora",
        account_id=account_id or company.account_id,
        account_name="Frigoríficos Valdemora",
        as_of=application.clock.today(),
        written_at=application.clock.now(),
        sections=(Section(key="summary", title="Resumen", segments=segments),),
        evidence=tuple(facts[name] for name in cited),
        provenance=Provenance(writer="offline", code_version="test"),
        **(_envelope(viewer) if email else {}),
    )
    with application.database.unit_of_work() as uow:
        report = application.guardrails.check_draft(draft, viewer=viewer, uow=uow)
        return application.approvals.submit(draft, report, viewer=viewer, uow=uow)


def _envelope(viewer: Viewer) -> dict[str, object]:
    return {
        "destination": Destination.EMAIL,
        "email": Email(
            sender=Mailbox(address=viewer.email, name=viewer.name),
            to=(Mailbox(address="rosa@valdemora.example", name="Rosa Almendro"),),
            subject="Renovación",
            message_id="<1@tramontia.example>",
        ),
    }
