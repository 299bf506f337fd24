"""Sources as they are told: fields and figures in the reader's words, quotations as they are."""

import pytest

from api.citation_words import in_words
from copilot.domain.conversation import Citation
from copilot.domain.evidence import EvidenceKind
from copilot.domain.language import Language


def _citation(kind: EvidenceKind, canonical: str, label: str, *, formula: str | None = None) -> Citation:
    return Citation(
        number=1,
        evidence_id=f"{kind.value}:x:y",
        kind=kind,
        label=label,
        text=canonical,
        canonical=canonical,
        formula=formula,
        as_of="2026-11-13",
        path="/evidence/x",
    )


@pytest.mark.parametrize(
    ("citation", "language", "label", "text"),
    [
        (
            _citation(EvidenceKind.RECORD, "renewal_date: 2027-01-31", "hubspot · “Aceros · “T””"),
            Language.ES,
            "HubSpot · «Aceros · “T”»",
            "Fecha de renovación: 31 de enero de 2027",
        ),
        (
            _citation(EvidenceKind.RECORD, "renewal_date: 2027-01-31", "salesforce · “Aceros”"),
            Language.EN,
            "Salesforce · “Aceros”",
            "Renewal date: 31 January 2027",
        ),
        (
            _citation(EvidenceKind.RECORD, "renewal_date: 2027-01-31", "HubSpot · Cuenta «Aceros»"),
            Language.ES,
            "HubSpot · Cuenta «Aceros»",
            "Fecha de renovación: 31 de enero de 2027",
        ),
        (
            _citation(EvidenceKind.PASSAGE, "renewal_date: 2027-01-31", "hubspot · “Acta”"),
            Language.ES,
            "hubspot · “Acta”",
            "renewal_date: 2027-01-31",
        ),
        (
            _citation(EvidenceKind.METRIC, "odd_metric: 12.5", "Aceros", formula="how odd it is"),
            Language.EN,
            "Aceros",
            "How odd it is: 12.5",
        ),
    ],
    ids=["record-es", "record-en", "brief", "passage", "metric"],
)
def test_a_source_is_told_so(citation: Citation, language: Language, label: str, text: str) -> None:
    (said,) = in_words([citation], language=language)
    assert isinstance(said, Citation)
    assert (said.label, said.text, said.canonical) == (label, text, citation.canonical)
