"""Reading evidence again, by its id, as one particular viewer may see it.

Invariant 3: what the viewer may not see is absent from the answer, exactly like what does not exist. One
query per record type, one for passages and one for the accounts of metrics, however many ids are asked for; signals are
computed account by account.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import EvidenceAddress, canonical_text, parse_evidence_id, passage_evidence_id
from copilot.domain.figure_evidence import query_evidence
from copilot.domain.figure_queries import FigureQuery
from copilot.domain.figure_results import query_of
from copilot.domain.language import Language
from copilot.domain.records import Account
from copilot.domain.signals import Signal
from copilot.domain.source_systems import system_name
from copilot.store import account_metrics
from copilot.store.answer_library import LIBRARY_ENTRY, AnswerLibraryRepository
from copilot.store.database import UnitOfWork
from copilot.store.figure_queries import FigureQueries
from copilot.store.questionnaire_evidence import RFP_PROJECT, QuestionnaireEvidence
from copilot.store.signal_evidence import read_signals
from copilot.store.tables import records
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.visibility import visible_accounts

AccountRecordRow = (
    records.ContactRow
    | records.OpportunityRow
    | records.ActivityRow
    | records.TicketRow
    | records.UsagePointRow
    | records.SurveyRow
    | records.InvoiceRow
)
RecordRow = records.AccountRow | AccountRecordRow | records.ProductRow | records.PriceBookEntryRow

ACCOUNT_TABLES: dict[str, type[AccountRecordRow]] = {
    "contact": records.ContactRow,
    "opportunity": records.OpportunityRow,
    "activity": records.ActivityRow,
    "ticket": records.TicketRow,
    "usage_point": records.UsagePointRow,
    "survey": records.SurveyRow,
    "invoice": records.InvoiceRow,
}
SHARED_TABLES: dict[str, type[records.ProductRow | records.PriceBookEntryRow]] = {
    "product": records.ProductRow,
    "price_book_entry": records.PriceBookEntryRow,
}
_CUSTOMER_FIELDS = frozenset({("ticket", "subject"), ("ticket", "body"), ("survey", "comment")})
"""Fields that somebody outside wrote, whatever system they came through."""
_SIGNALS = frozenset(signal.value for signal in Signal)
_NAME_FIELDS = ("name", "subject", "metric", "product_name", "kind", "number")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Identifiers sorted by what has to be read for them."""

    by_type: dict[str, dict[str, list[EvidenceAddress]]]
    passages: dict[str, list[EvidenceAddress]]
    queries: list[FigureQuery]
    signals: dict[str, list[Signal]]

    @classmethod
    def of(cls, evidence_ids: Iterable[str]) -> "_Asked":
        """Metrics of an account that are no signals are left out."""
        asked = cls(defaultdict(lambda: defaultdict(list)), defaultdict(list), [], defaultdict(list))
        for address in filter(None, map(parse_evidence_id, set(evidence_ids))):
            if address.kind is EvidenceKind.PASSAGE:
                asked.passages[address.subject_id].append(address)
            elif address.kind is EvidenceKind.RECORD:
                asked.by_type[address.record_type][address.subject_id].append(address)
            elif (query := query_of(address.name, address.subject_id)) is not None:
                asked.queries.append(query)
            elif address.name in _SIGNALS:
                asked.signals[address.subject_id].append(Signal(address.name))
        return asked


class EvidenceRepository:
    """Evidence as it is now."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def read(self, evidence_ids: Iterable[str], *, viewer: Viewer) -> dict[str, Evidence]:
        """Return the records' fields, passages and figures by query among `evidence_ids` that `viewer` may see.

        A figure by query is what it is for `viewer`, a signal what it is today. Other metrics of an account are not
        here: they are computed, see `visible_account_ids` for who may see them.
        """
        return self._read(evidence_ids, viewer=viewer, day=self._uow.clock.today(), with_inputs=True)

    def _read(
        self, evidence_ids: Iterable[str], *, viewer: Viewer, day: date, with_inputs: bool
    ) -> dict[str, Evidence]:
        asked = _Asked.of(evidence_ids)
        found = {} if not asked.passages else self._passages(asked.passages, viewer=viewer)
        found |= self._figures(asked.queries, viewer=viewer)
        for account_id, signals in sorted(asked.signals.items()):
            read = read_signals(self._uow, account_id, sorted(signals), viewer=viewer, day=day, with_inputs=with_inputs)
            found |= {item.id: item for item in read.values()}
        found |= AnswerLibraryRepository(self._uow).evidence(asked.by_type.pop(LIBRARY_ENTRY, {}), viewer=viewer)
        found |= QuestionnaireEvidence(self._uow).read(asked.by_type.pop(RFP_PROJECT, {}), viewer=viewer)
        for record_type, wanted in sorted(asked.by_type.items()):
            for row in self._records(record_type, set(wanted), viewer=viewer):
                for address in wanted[row.id]:
                    evidence = record_evidence(record_type, row, field=address.name)
                    if evidence is not None:
                        found[evidence.id] = evidence
        return found

    def read_for(self, written_from: Iterable[Evidence], *, viewer: Viewer, today: date) -> dict[str, Evidence]:
        """Return the evidence a draft was written from as it is now, metrics computed again for `today`.

        A figure that the workflow itself computed from other evidence stands while its account may be seen.
        """
        snapshot = {item.id: item for item in written_from}
        # What a metric rests on stays as the draft has it.
        found = self._read(snapshot, viewer=viewer, day=today, with_inputs=False)
        metrics = {key: parse_evidence_id(key) for key, item in snapshot.items() if item.kind is EvidenceKind.METRIC}
        others = (address for key, address in metrics.items() if key not in found)
        subjects = {address.subject_id for address in others if address is not None}
        recomputed = {
            account_id: self._metrics(account_id, viewer=viewer, today=today)
            for account_id in sorted(self.visible_account_ids(subjects, viewer=viewer))
        }
        for evidence_id, address in metrics.items():
            if evidence_id in found:
                written = snapshot[evidence_id]
                now = found[evidence_id]
                found[evidence_id] = written.model_copy(update={"text": now.text, "account_id": now.account_id})
            elif address is not None and address.subject_id in recomputed:
                item = snapshot[evidence_id].model_copy(update={"account_id": address.subject_id})
                text = recomputed[address.subject_id].get(address.name, item.text)
                found[evidence_id] = item.model_copy(update={"text": text})
        return found

    def _figures(self, queries: Iterable[FigureQuery], *, viewer: Viewer) -> dict[str, Evidence]:
        """What queries find now, in the viewer's language. One about accounts of which none may be seen is gone."""
        today, language, found = self._uow.clock.today(), Language(viewer.language), {}
        for query in queries:
            result = FigureQueries(self._uow).figures(query, viewer=viewer, today=today)
            if not query.account_ids or result.names:
                evidence = query_evidence(result, language=language, as_of=today)
                found[evidence.id] = evidence
        return found

    def _metrics(self, account_id: str, *, viewer: Viewer, today: date) -> dict[str, str]:
        row = self._session.get_one(records.AccountRow, account_id)
        account = Account.model_validate({name: getattr(row, name) for name in Account.model_fields})
        metrics = account_metrics.renewal_metrics(account, today=today)
        metrics += account_metrics.read_all(self._session, account_id, viewer=viewer, today=today)
        metrics += account_metrics.utilisation(account, metrics)
        return {metric.name: metric.text for metric in metrics}

    def visible_account_ids(self, account_ids: Iterable[str], *, viewer: Viewer) -> set[str]:
        """Return those of `account_ids` that exist and that `viewer` may see."""
        wanted = set(account_ids)
        if not wanted:
            return set()
        accounts = select(records.AccountRow.id).where(
            records.AccountRow.id.in_(wanted), records.AccountRow.id.in_(visible_accounts(viewer))
        )
        return set(self._session.scalars(accounts))

    def _records(self, record_type: str, record_ids: set[str], *, viewer: Viewer) -> list[RecordRow]:
        if record_type == "account":
            accounts = select(records.AccountRow).where(
                records.AccountRow.id.in_(record_ids), records.AccountRow.id.in_(visible_accounts(viewer))
            )
            return list(self._session.scalars(accounts))
        if record_type in ACCOUNT_TABLES:
            table = ACCOUNT_TABLES[record_type]
            owned = select(table).where(table.id.in_(record_ids), table.account_id.in_(visible_accounts(viewer)))
            return list(self._session.scalars(owned))
        shared = SHARED_TABLES.get(record_type)
        return [] if shared is None else list(self._session.scalars(select(shared).where(shared.id.in_(record_ids))))

    def _passages(self, wanted: dict[str, list[EvidenceAddress]], *, viewer: Viewer) -> dict[str, Evidence]:
        rows = self._session.execute(
            select(
                PassageRow,
                DocumentRow.title,
                DocumentRow.origin,
                func.coalesce(DocumentRow.authored_at, DocumentRow.imported_at),
            )
            .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
            .where(PassageRow.id.in_(wanted), passage_is_visible(viewer))
        )
        evidence = (
            narrowed(passage_evidence(row, title=title, origin=Origin(origin), as_of=moment.date()), address)
            for row, title, origin, moment in rows
            for address in wanted[row.id]
        )
        return {item.id: item for item in evidence if item is not None}


def passage_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `passages` that holds for those the viewer may read."""
    return or_(
        PassageRow.account_id.in_(visible_accounts(viewer)),
        PassageRow.visibility.in_([item.value for item in viewer.visibility_classes]),
    )


def passage_evidence(row: PassageRow, *, title: str, origin: Origin, as_of: date) -> Evidence:
    """A passage as evidence: exactly its characters."""
    return Evidence(
        id=f"passage:{row.id}",
        kind=EvidenceKind.PASSAGE,
        text=row.text,
        label=title,
        as_of=as_of,
        origin=origin,
        account_id=row.account_id,
        visibility=row.visibility,
        document_id=row.document_id,
        start=row.start,
        end=row.end,
    )


def narrowed(evidence: Evidence, address: EvidenceAddress) -> Evidence | None:
    """The characters of a passage that an address names; None if they are not inside it."""
    if address.span is None or evidence.start is None or evidence.end is None:
        return evidence
    start, end = address.span
    if not evidence.start <= start < end <= evidence.end:
        return None
    text = evidence.text[start - evidence.start : end - evidence.start]
    span_id = passage_evidence_id(address.subject_id, span=address.span)
    return evidence.model_copy(update={"id": span_id, "text": text, "start": start, "end": end})


def record_evidence(record_type: str, row: RecordRow, *, field: str) -> Evidence | None:
    """One field of a record as evidence, or None if the record type has no such field."""
    if not isinstance(getattr(type(row), field, None), InstrumentedAttribute):
        return None
    account_id = row.id if record_type == "account" else getattr(row, "account_id", None)
    return Evidence(
        id=f"record:{row.id}:{field}",
        kind=EvidenceKind.RECORD,
        text=canonical_text(field, getattr(row, field), currency=getattr(row, "currency", None)),
        label=_label(row),
        as_of=row.as_of,
        origin=_origin(record_type, row, field),
        account_id=account_id,
        visibility=None if account_id else "staff",
    )


def _origin(record_type: str, row: RecordRow, field: str) -> Origin:
    from_outside = (record_type, field) in _CUSTOMER_FIELDS or (
        isinstance(row, records.ActivityRow) and row.direction == "inbound" and field in {"subject", "body"}
    )
    return Origin.CUSTOMER if from_outside else Origin.INTERNAL


def _label(row: RecordRow) -> str:
    name = next((str(getattr(row, field)) for field in _NAME_FIELDS if getattr(row, field, None)), row.source_id)
    return f"{system_name(row.source_system)} · “{name}”"
