"""Suites that measure the guardrails."""
