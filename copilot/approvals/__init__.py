"""The approval queue, the audit chain and the release gate."""
