"""What came of a meeting, from its transcript or notes: a summary, action items and proposed CRM updates."""
