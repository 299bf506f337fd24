"""What the copilot was used for and what it saved, and how that is known."""
