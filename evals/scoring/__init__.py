"""Scores measured on histories that others published, and on ones in which nothing can be learnt."""
