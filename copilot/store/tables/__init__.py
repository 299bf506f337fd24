"""All tables, imported here so that `Base.metadata` is complete."""

from copilot.store.tables import (
    chat,
    checkpoints,
    contacts,
    documents,
    feedback,
    models,
    notifications,
    people,
    privacy,
    pseudonyms,
    quality,
    queue,
    records,
    rfp,
    scores,
    work,
)
from copilot.store.tables.base import Base

__all__ = [
    "Base",
    "chat",
    "checkpoints",
    "contacts",
    "documents",
    "feedback",
    "models",
    "notifications",
    "people",
    "privacy",
    "pseudonyms",
    "quality",
    "queue",
    "records",
    "rfp",
    "scores",
    "work",
]
