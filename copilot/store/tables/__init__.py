"""All tables, imported here so that `Base.metadata` is complete."""

from copilot.store.tables import documents, people, pseudonyms, records, work
from copilot.store.tables.base import Base

__all__ = ["Base", "documents", "people", "pseudonyms", "records", "work"]
