"""Checks that every draft passes before a person sees it in the queue."""
