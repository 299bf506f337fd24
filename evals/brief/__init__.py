"""Account briefs: quality against the known story of the demo company, and speed against a bare chain."""
