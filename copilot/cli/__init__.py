"""The command line `sales-copilot`."""

from copilot.cli.main import main

__all__ = ["main"]
