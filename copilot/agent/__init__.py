"""The LangGraph graph for the chat: plan -> gather -> write -> verify -> submit."""
