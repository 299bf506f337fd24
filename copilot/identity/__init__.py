"""People as an administrator sees them, and the ways in: teams, tokens, sessions, links, single sign-on."""
