"""Telling people and programs what happens in the queue: webhooks and emails, fed from the audit chain."""
