"""Reading emails, calls and notes: sentences with exact offsets, and what they say. Pure, no model."""
