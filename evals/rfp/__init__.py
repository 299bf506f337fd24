"""Suites about questionnaires: reading, answering, filling."""
