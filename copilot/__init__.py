"""The sales copilot: cited drafts from CRM records and documents, behind one approval queue."""

__version__ = "0.1.0"
