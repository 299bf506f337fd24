"""Meeting preparation: gather -> write -> verify -> submit."""
