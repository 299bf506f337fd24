"""One module or package per kind of draft: gather -> write -> verify -> submit."""
