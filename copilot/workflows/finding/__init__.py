"""Finding anything by its name: accounts, people, deals, documents, drafts, conversations, questionnaires, alerts."""
