"""Questionnaires from files: finds the questions, what else a file says, and the places for the answers.

Invariant: `read_questionnaire` and `read_pasted` return a questionnaire or raise UnreadableFile; nothing else.
"""

from knowledge.questionnaires.reading import read_pasted, read_questionnaire

__all__ = ["read_pasted", "read_questionnaire"]
