"""Questionnaires from files: finds the questions, what else a file says, and the places for the answers."""
