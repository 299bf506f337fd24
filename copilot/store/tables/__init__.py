"""All tables, imported here so that `Base.metadata` is complete."""

from copilot.store.tables import contacts, documents, notifications, people, privacy, pseudonyms, quality, records, work
from copilot.store.tables.base import Base

__all__ = [
    "Base",
    "contacts",
    "documents",
    "notifications",
    "people",
    "privacy",
    "pseudonyms",
    "quality",
    "records",
    "work",
]
