"""The list of commands: what it says, and that nobody waits for it."""

import json
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import typer
from typer.main import get_group

import copilot.cli
from copilot.cli import main

_PARTS_OF_AREAS = {"queue_deciding", "queue_handling", "rfp_library", "rfp_passages"}
_ASKED = """
import contextlib, io, json, sys
from copilot.cli.main import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as shown:
    main()
print(json.dumps([shown.getvalue(), sorted(sys.modules)]))
"""
_HEAVY = ("chromadb", "fastapi", "langchain", "langgraph", "numpy", "onnxruntime", "openai", "sqlalchemy")


def _own_words(area: str) -> dict[str, str]:
    """The commands that the module registers, with the first paragraph of what each says about itself."""
    holder = typer.Typer()
    import_module(f"copilot.cli.{area}").register(holder)
    return {name: (command.help or "").split("\n\n")[0] for name, command in get_group(holder).commands.items()}


def test_help_loads_nothing_that_takes_long() -> None:
    ran = subprocess.run([sys.executable, "-c", _ASKED, "--help"], capture_output=True, text=True, check=True)
    shown, modules = json.loads(ran.stdout)
    assert all(name in shown for commands in main.AREAS.values() for name in commands)
    assert [name for name in modules if name.startswith(_HEAVY)] == []
    assert [name for name in modules if name.startswith("copilot.")] == ["copilot.cli", "copilot.cli.main"]


def test_the_list_names_every_command_in_its_own_words() -> None:
    assert {area: _own_words(area) for area in main.AREAS} == main.AREAS


def test_every_module_that_registers_commands_is_in_the_list() -> None:
    modules = [name for _, name, _ in iter_modules(copilot.cli.__path__)]
    registering = {name for name in modules if hasattr(import_module(f"copilot.cli.{name}"), "register")}
    assert registering == set(main.AREAS) | _PARTS_OF_AREAS
