"""The command line `sales-copilot`: one module per area, assembled in `copilot.cli.main`."""
