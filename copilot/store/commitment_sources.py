"""What a commitment can rest on: the price book, and what kind of document a passage is from.

Invariant 3: prices are every employee's to read; of documents only those that the viewer may read are looked at. A
fixed number of queries, however many are cited.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from copilot.domain.access import Viewer
from copilot.domain.documents import DocumentKind
from copilot.domain.prices import ListedPrice
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import PriceBookEntryRow, ProductRow, SourceFileRow
from copilot.store.visibility import visible_accounts


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """What a document is to the business."""

    kind: DocumentKind
    title: str
    path: str
    """Below its import folder."""


class CommitmentSourcesRepository:
    """Reads for detectors; nothing of it is shown to anybody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def prices(self) -> tuple[ListedPrice, ...]:
        """Every line of the price book, and the list prices of products that it does not name; oldest first."""
        entries = self._session.scalars(
            select(PriceBookEntryRow).order_by(PriceBookEntryRow.valid_from.nulls_first(), PriceBookEntryRow.id)
        ).all()
        booked = {row.product_name for row in entries}
        products = self._session.scalars(select(ProductRow).order_by(ProductRow.id))
        from_book = [
            ListedPrice(
                record_id=row.id,
                product=row.product_name,
                amount=row.unit_price,
                currency=row.currency,
                unit=row.unit,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in entries
        ]
        from_products = [
            ListedPrice(record_id=row.id, product=row.name, amount=row.list_price, currency=row.currency)
            for row in products
            if row.name not in booked and row.list_price is not None and row.currency
        ]
        return (*from_book, *from_products)

    def documents(self, document_ids: Iterable[str], *, viewer: Viewer) -> Mapping[str, CitedDocument]:
        """Those of `document_ids` that exist and that `viewer` may read."""
        wanted = set(document_ids)
        if not wanted:
            return {}
        rows = self._session.execute(
            select(DocumentRow.id, DocumentRow.kind, DocumentRow.title, SourceFileRow.path)
            .join(SourceFileRow, SourceFileRow.id == DocumentRow.source_file_id)
            .where(
                DocumentRow.id.in_(wanted),
                or_(
                    DocumentRow.account_id.in_(visible_accounts(viewer)),
                    DocumentRow.visibility.in_([item.value for item in viewer.visibility_classes]),
                ),
            )
        )
        return {row[0]: CitedDocument(kind=DocumentKind(row[1]), title=row[2], path=row[3]) for row in rows}

    def own_domains(self) -> frozenset[str]:
        """Mail domains of our own people."""
        domain = func.split_part(UserRow.email, "@", 2)
        return frozenset(item for item in self._session.scalars(select(domain).distinct()) if item)
