"""Reading evidence again, by its id, as one particular viewer may see it.

Invariant 3: what the viewer may not see is absent from the answer, exactly like what does not exist. One
query per record type, one for passages and one for the accounts of metrics, however many ids are asked for; signals are
computed account by account.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

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
from copilot.store.kept_statements import Kept, any_of, ask, kept_for_viewers
from copilot.store.questionnaire_evidence import RFP_PROJECT, QuestionnaireEvidence
from copilot.store.signal_evidence import read_signals
from copilot.store.tables import records
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.visibility import account_is_visible, id_is_visible

AccountRecordRow = (
    records.ContactRow
    | records.OpportunityRow
    | records.ActivityRow
    | records.TicketRow
    | records.UsagePointRow
    | records.SurveyRow
    | records.InvoiceRow
)
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
_TABLES = {"account": records.AccountRow, **ACCOUNT_TABLES, **SHARED_TABLES}
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
        library = asked.by_type.pop(LIBRARY_ENTRY, {})
        projects = asked.by_type.pop(RFP_PROJECT, {})
        wanted = {kind: of_kind for kind, of_kind in sorted(asked.by_type.items()) if kind in _TABLES}
        passages, *rows = self._rows(asked.passages, wanted, viewer=viewer)
        found = {item.id: item for row in passages for item in _of_passage(row, asked.passages[row.id])}
        found |= self._figures(asked.queries, viewer=viewer)
        for account_id, signals in sorted(asked.signals.items()):
            read = read_signals(self._uow, account_id, sorted(signals), viewer=viewer, day=day, with_inputs=with_inputs)
            found |= {item.id: item for item in read.values()}
        found |= AnswerLibraryRepository(self._uow).evidence(library, viewer=viewer)
        found |= QuestionnaireEvidence(self._uow).read(projects, viewer=viewer)
        for (record_type, addresses), listed in zip(wanted.items(), rows, strict=True):
            for row in listed:
                fields = (record_evidence(record_type, row, field=each.name) for each in addresses[row.id])
                found |= {item.id: item for item in fields if item is not None}
        return found

    def _rows(
        self,
        passages: Mapping[str, list[EvidenceAddress]],
        wanted: Mapping[str, Mapping[str, list[EvidenceAddress]]],
        *,
        viewer: Viewer,
    ) -> list[list[Any]]:
        """The passages, and the records of each type, that exist and that the viewer may see."""
        asked = [_records(record_type)(viewer).asked(viewer, ids=list(ids)) for record_type, ids in wanted.items()]
        if not passages:
            return [[], *(ask(self._uow, *asked) if asked else [])]
        return ask(self._uow, _passages(viewer).asked(viewer, ids=list(passages)), *asked)

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
        metrics += account_metrics.read_all(self._uow, account_id, viewer=viewer, today=today)
        metrics += account_metrics.utilisation(account, metrics)
        return {metric.name: metric.text for metric in metrics}

    def visible_account_ids(self, account_ids: Iterable[str], *, viewer: Viewer) -> set[str]:
        """Return those of `account_ids` that exist and that `viewer` may see."""
        wanted = set(account_ids)
        if not wanted:
            return set()
        accounts = select(records.AccountRow.id).where(records.AccountRow.id.in_(wanted), account_is_visible(viewer))
        return set(self._session.scalars(accounts))


@cache
def _records(record_type: str) -> Callable[[Viewer], Kept]:
    """The records of a type with the ids `ids` that the viewer may see, with every field there is."""
    table = _TABLES[record_type]

    def query(viewer: Viewer) -> Select[*tuple[Any, ...]]:
        found = select(*(getattr(table, name) for name in _fields(record_type))).where(table.id == any_of("ids"))
        if record_type in SHARED_TABLES:
            return found
        if record_type == "account":
            return found.where(account_is_visible(viewer))
        return found.where(id_is_visible(viewer, ACCOUNT_TABLES[record_type].account_id))

    return kept_for_viewers(query)


@cache
def _fields(record_type: str) -> tuple[str, ...]:
    return tuple(_TABLES[record_type].__table__.columns.keys())


@kept_for_viewers
def _passages(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    of_passage = (
        PassageRow.id,
        PassageRow.document_id,
        PassageRow.account_id,
        PassageRow.visibility,
        PassageRow.start,
        PassageRow.end,
        PassageRow.text,
    )
    moment = func.coalesce(DocumentRow.authored_at, DocumentRow.imported_at).label("moment")
    return (
        select(*of_passage, DocumentRow.title, DocumentRow.origin, moment)
        .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
        .where(PassageRow.id == any_of("ids"), passage_is_visible(viewer))
    )


def passage_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `passages` that holds for those the viewer may read."""
    return or_(
        id_is_visible(viewer, PassageRow.account_id),
        PassageRow.visibility.in_([item.value for item in viewer.visibility_classes]),
    )


def _of_passage(row: Any, addresses: Iterable[EvidenceAddress]) -> list[Evidence]:
    """A passage as evidence, exactly its characters; those of them that each address names."""
    whole = Evidence(
        id=f"passage:{row.id}",
        kind=EvidenceKind.PASSAGE,
        text=row.text,
        label=row.title,
        as_of=row.moment.date(),
        origin=Origin(row.origin),
        account_id=row.account_id,
        visibility=row.visibility,
        document_id=row.document_id,
        start=row.start,
        end=row.end,
    )
    return [item for item in (narrowed(whole, address) for address in addresses) if item is not None]


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


def record_evidence(record_type: str, row: Any, *, field: str) -> Evidence | None:
    """One field of a record as evidence, or None if the record type has no such field."""
    if field not in _fields(record_type):
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


def _origin(record_type: str, row: Any, field: str) -> Origin:
    from_outside = (record_type, field) in _CUSTOMER_FIELDS or (
        record_type == "activity" and row.direction == "inbound" and field in {"subject", "body"}
    )
    return Origin.CUSTOMER if from_outside else Origin.INTERNAL


def _label(row: Any) -> str:
    name = next((str(getattr(row, field)) for field in _NAME_FIELDS if getattr(row, field, None)), row.source_id)
    return f"{system_name(row.source_system)} · “{name}”"
