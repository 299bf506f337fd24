"""Questionnaires of customers, from file to file: answering, filling, projects."""
