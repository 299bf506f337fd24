"""Suites about the approval queue: what it lets out, what it learns, how it holds."""
