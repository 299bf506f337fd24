"""Texts of accounts to be read for signals, and what was found in them.

Invariant: an account is read again when a text of it, or a name that reading goes by, is another one, and not before.
What is found replaces what was found before, in the transaction that read the texts. This is for the job that computes
scores; what a person sees of it goes through `copilot.store.signal_evidence`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from copilot.domain.account_facts import AccountFacts, PassageSpan
from copilot.domain.documents import StoredDocument
from copilot.domain.facts import record_evidence_id
from copilot.domain.records import Account, Contact, Record
from copilot.domain.signals import TextSignalKind
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ContactRow, ProductRow, SourceFileRow
from copilot.store.tables.scores import ScoresDueRow, TextSignalRow, TextsReadRow

# Names of staff and products are read along and not part of it: a colleague more would have every text read again.
_DUE = """
select account.id, found.digest
from unnest(cast(:account_ids as text[])) wanted(id)
join accounts account on account.id = wanted.id
left join texts_read kept on kept.account_id = account.id
cross join lateral (
  select md5(concat_ws('|', cast(:reader as text), account.name, texts.digest, written.digest, names.digest)) as digest
  from (
    select string_agg(concat_ws(
      ',', id, text_sha256, kind, extract(epoch from authored_at), direction, author, origin
    ), ';' order by id) as digest
    from documents where account_id = account.id and kind in ('email', 'transcript', 'note')
  ) texts,
  (
    select string_agg(md5(concat_ws('|', id, said, extract(epoch from day))), ';' order by id, said) as digest
    from (
      select id, concat_ws('|', subject, body) as said, opened_at as day from tickets where account_id = account.id
      union all
      select id, comment, cast(answered_on as timestamp) at time zone 'UTC' from surveys
      where account_id = account.id and comment <> ''
      union all
      select id, body, occurred_at from activities
      where account_id = account.id and kind = 'email' and direction = 'inbound' and body <> ''
    ) item
  ) written,
  (select string_agg(name, ';' order by name) as digest from contacts where account_id = account.id) names
  where texts.digest is not null or written.digest is not null or kept.digest is not null
) found
where kept.digest is distinct from found.digest
order by account.id
"""

# Of the activities, what the customer wrote: what is logged of a call are our words.
_WRITTEN = """
select account_id, id, 'subject' as field, subject as said, cast(opened_at at time zone 'UTC' as date) as day,
  true as is_ticket
from tickets where account_id = any(:account_ids)
union all
select account_id, id, 'body', body, cast(opened_at at time zone 'UTC' as date), true
from tickets where account_id = any(:account_ids) and body <> ''
union all
select account_id, id, 'comment', comment, answered_on, false
from surveys where account_id = any(:account_ids) and comment <> ''
union all
select account_id, id, 'body', body, cast(occurred_at at time zone 'UTC' as date), false
from activities
where account_id = any(:account_ids) and kind = 'email' and direction = 'inbound' and body <> ''
order by day, id, field
"""


@dataclass(frozen=True, slots=True)
class WrittenField:
    """Words of the customer in a field of a record."""

    evidence_id: str
    text: str
    day: date
    is_ticket: bool
    """A ticket tells of a fault by its nature."""


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """All that one account's signals are read from."""

    facts: AccountFacts
    """The account, its contacts, our people and products, and where passages lie; nothing else of it is filled."""
    documents: tuple[StoredDocument, ...]
    """Emails, transcripts and notes."""
    written: tuple[WrittenField, ...]


@dataclass(frozen=True, slots=True)
class TextSignal:
    """One sentence (or field) that is a sign of something."""

    kind: TextSignalKind
    evidence_id: str
    day: date
    document_id: str | None = None
    until: date | None = None
    subject: str | None = None


class TextSignalRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._today = uow.clock.today()

    def due(self, account_ids: Sequence[str], *, reader: str) -> dict[str, str]:
        """Those of the accounts whose texts are to be read, with the digest to keep. `reader` names the rules."""
        rows = self._session.execute(text(_DUE), {"account_ids": list(account_ids), "reader": reader})
        return {row[0]: row[1] for row in rows}

    def following(self, after: str, *, limit: int) -> list[str]:
        """The next accounts by id."""
        return list(
            self._session.scalars(
                select(AccountRow.id).where(AccountRow.id > after).order_by(AccountRow.id).limit(limit)
            )
        )

    def texts(self, account_ids: Iterable[str]) -> dict[str, AccountTexts]:
        """What there is to read of each account. A fixed number of queries."""
        ids = sorted(account_ids)
        staff = tuple(self._session.scalars(select(UserRow.name).where(UserRow.active).order_by(UserRow.name)))
        products = tuple(self._session.scalars(select(ProductRow.name).order_by(ProductRow.name)))
        contacts = self._contacts(ids)
        documents, passages = self._documents(ids)
        written = self._written(ids)
        return {
            row["id"]: AccountTexts(
                facts=AccountFacts(
                    account=Account.model_validate({name: row[name] for name in Account.model_fields}),
                    today=self._today,
                    contacts=tuple(contacts[row["id"]]),
                    opportunities=(),
                    tickets=(),
                    surveys=(),
                    activities=(),
                    issues=(),
                    passages=tuple(passages[row["id"]]),
                    metrics={},
                    staff=staff,
                    products=products,
                ),
                documents=tuple(documents[row["id"]]),
                written=tuple(written[row["id"]]),
            )
            for row in self._session.execute(_columns(AccountRow, Account, AccountRow.id.in_(ids))).mappings()
        }

    def keep(self, account_id: str, signals: Sequence[TextSignal], *, digest: str, first_day: date | None) -> None:
        """Put what was found in place of what was found before; the account is due from the first day that differs."""
        rows = [_row(account_id, item) for item in signals]
        if (since := self._differs_since(account_id, rows, first_day)) is not None:
            self._session.execute(insert(ScoresDueRow).values(account_id=account_id, since=since))
        self._session.execute(delete(TextSignalRow).where(TextSignalRow.account_id == account_id))
        if rows:
            self._session.execute(insert(TextSignalRow), rows)
        kept = upsert(TextsReadRow).values(account_id=account_id, digest=digest, first_day=first_day)
        changes = {"digest": digest, "first_day": first_day}
        self._session.execute(kept.on_conflict_do_update(index_elements=["account_id"], set_=changes))

    def _differs_since(self, account_id: str, rows: Sequence[Mapping[str, Any]], first_day: date | None) -> date | None:
        """The first day of which other things are said now than what is kept says; None: of no day."""
        columns = (TextSignalRow.kind, TextSignalRow.evidence_id, TextSignalRow.day, TextSignalRow.until)
        found = self._session.execute(select(*columns).where(TextSignalRow.account_id == account_id))
        before: set[tuple[Any, ...]] = {tuple(row) for row in found}
        now = {tuple(row[column.key] for column in columns) for row in rows}
        known_from = self._session.scalar(select(TextsReadRow.first_day).where(TextsReadRow.account_id == account_id))
        days: list[date] = [one[2] for one in before ^ now]
        if known_from != first_day:
            days += [day for day in (known_from, first_day) if day is not None]
        return min(days, default=None)

    def _contacts(self, ids: list[str]) -> Mapping[str, list[Contact]]:
        found: dict[str, list[Contact]] = defaultdict(list)
        query = _columns(ContactRow, Contact, ContactRow.account_id.in_(ids)).order_by(ContactRow.name, ContactRow.id)
        for row in self._session.execute(query.add_columns(ContactRow.account_id)).mappings():
            found[row["account_id"]].append(Contact.model_validate({name: row[name] for name in Contact.model_fields}))
        return found

    def _documents(self, ids: list[str]) -> tuple[Mapping[str, list[StoredDocument]], Mapping[str, list[PassageSpan]]]:
        documents: dict[str, list[StoredDocument]] = defaultdict(list)
        passages: dict[str, list[PassageSpan]] = defaultdict(list)
        columns = [getattr(DocumentRow, name) for name in StoredDocument.model_fields if name != "source_path"]
        query = (
            select(*columns, SourceFileRow.path.label("source_path"))
            .join(SourceFileRow, SourceFileRow.id == DocumentRow.source_file_id)
            .where(DocumentRow.account_id.in_(ids), DocumentRow.kind.in_(("email", "transcript", "note")))
        )
        for row in self._session.execute(query.order_by(DocumentRow.id)).mappings():
            documents[row["account_id"]].append(StoredDocument.model_validate(dict(row)))
        spans = select(
            PassageRow.account_id, PassageRow.id, PassageRow.document_id, PassageRow.start, PassageRow.end
        ).where(PassageRow.account_id.in_(ids))
        for row in self._session.execute(spans.order_by(PassageRow.document_id, PassageRow.ordinal)).mappings():
            span = {name: row[name] for name in ("id", "document_id", "start", "end")}
            passages[row["account_id"]].append(PassageSpan(**span))
        return documents, passages

    def _written(self, ids: list[str]) -> Mapping[str, list[WrittenField]]:
        found: dict[str, list[WrittenField]] = defaultdict(list)
        for account_id, record_id, field, said, day, is_ticket in self._session.execute(
            text(_WRITTEN), {"account_ids": ids}
        ):
            found[account_id].append(WrittenField(record_evidence_id(record_id, field), said, day, is_ticket))
        return found


def _columns(table: Any, record_type: type[Record], condition: Any) -> Any:
    names = dict.fromkeys(("id", *record_type.model_fields))
    return select(*(getattr(table, name) for name in names)).where(condition)


def _row(account_id: str, signal: TextSignal) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "kind": signal.kind.value,
        "evidence_id": signal.evidence_id,
        "document_id": signal.document_id,
        "day": signal.day,
        "until": signal.until,
        "subject": signal.subject,
    }
