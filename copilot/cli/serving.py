"""`sales-copilot serve`, `worker` and `down`."""

import asyncio
import errno
import socket
from typing import Annotated

import typer

from copilot.bootstrap import Application
from copilot.cli.context import console, open_application, reported_errors
from copilot.errors import ConfigurationError
from copilot.jobs import Task
from copilot.settings import load_settings
from copilot.store import embedded

_HINTS = {
    errno.EADDRINUSE: "Another program is using the port: choose another with --port or COPILOT_PORT.",
    errno.EACCES: "Ports below 1024 are reserved: choose a higher one with --port or COPILOT_PORT.",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("down")(down)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: COPILOT_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (default: COPILOT_PORT).")] = None,
    no_worker: Annotated[  # noqa: FBT002
        bool, typer.Option("--no-worker", help="Leave background jobs to processes of `sales-copilot worker`.")
    ] = False,
) -> None:
    """Serve the web app and the API, with background jobs in the same process."""
    with reported_errors():
        application = open_application()
        host, port = host or application.settings.host, port or application.settings.port
        run_server(application, host=host, port=port, worker=not no_worker)


def run_server(application: Application, *, host: str, port: int, worker: bool = True) -> None:
    """Serve until interrupted. Raises ConfigurationError when the port is taken or the address is not ours."""
    # Imported here: the web app takes seconds to load, and neither a worker nor a demo that is only shown needs it.
    import uvicorn

    from api.app import create_app

    check_port(host, port)
    console.print(f"Serving on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
    uvicorn.run(create_app(application, worker=worker), host=host, port=port, log_level="warning", server_header=False)


def check_port(host: str, port: int) -> None:
    """Raise ConfigurationError unless the port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = _HINTS.get(error.errno or 0, "Give the address of this machine with --host or COPILOT_HOST.")
            raise ConfigurationError(f"Cannot listen on {host}:{port}: {error.strerror}.", hint=hint) from error


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due and stop.")] = False,  # noqa: FBT002
) -> None:
    """Run background jobs: vectors, releases, imports of uploads, erasures, housekeeping."""
    # Imported here: readers of files take a second to load.
    from api.import_uploads import ImportUploads

    with reported_errors():
        application = open_application()
        application.jobs.take_on(Task.IMPORT, ImportUploads(application).run_waiting)
        console.print("Working. Ctrl-C stops it." if not once else "Working on what is due.")
        asyncio.run(application.jobs.work(wait=not once))


def down() -> None:
    """Stop the embedded database server of this data folder."""
    with reported_errors():
        settings = load_settings()
        if settings.database_url is not None:
            raise ConfigurationError("DATABASE_URL is set: there is no embedded server to stop.")
        stopped = embedded.stop(settings.data_dir)
    console.print("Stopped." if stopped else "No embedded server was running.")
