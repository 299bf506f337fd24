"""Answers in the chat: gather -> write -> verify; the graph that runs them is `copilot.agent`."""
