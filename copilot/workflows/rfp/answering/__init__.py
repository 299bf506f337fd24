"""Answers one question of a questionnaire from the answer library and the shared documents."""
