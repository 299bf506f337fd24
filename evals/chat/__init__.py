"""Evaluations of the chat and of what it drafts."""
