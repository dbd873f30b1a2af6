"""`tillit`: one word for each thing an operator does.

A command's file is loaded when the command is called, not before.
"""

import gc
import importlib
import os
import sys
from types import ModuleType
from typing import Any, NoReturn

import typer
import typer.core
import typer.main
from pydantic import ValidationError

from foundation.errors import Problem

__all__ = ["COMMANDS", "main"]

#: Every command: where its Typer lies (`module:name`), and what it does. A module is loaded when its command is called,
#: so that the server is not imported to print a rule.
COMMANDS = {
    "init": ("cli.init:app", "Set up an empty installation: keys, database, the first administrator's invitation."),
    "demo": ("cli.demo:app", "Look around in a fictional municipality."),
    "serve": ("cli.serve:app", "Serve an installation."),
    "worker": ("cli.worker:app", "Give entries their places in the log's tree, beside several servers on PostgreSQL."),
    "signer": ("cli.signer:app", "Sign the heads of the log in a process of its own."),
    "migrate": ("cli.migrate:app", "Bring the database to a revision."),
    "doctor": ("cli.doctor:app", "Look whether everything is in place, and say what to do where it is not."),
    "verify-log": ("cli.verify_log:app", "Verify the disclosure log from its store, offline."),
    "restore-log": ("cli.restore_log:app", "Rebuild every event and proof from the log's outside store alone."),
    "receipt": ("cli.receipt:app", "Check a receipt: is the event that it promises in the log?"),
    "proof": ("cli.receipt:proof_app", "Print the proof that one event stands in the log."),
    "report": ("cli.report:app", "Make a person's report of who has seen their information."),
    "log-policy": ("cli.log_policy:app", "Print the policy that verifiers of the log trust."),
    "log-key": ("cli.log_key:app", "Look at the keys that sign the log, plan the next one, end the ones before it."),
    "service": ("cli.service:app", "Register an organisation, or open a service."),
    "account": ("cli.account:app", "Invite a member of staff."),
    "keys": ("cli.keys:app", "Print the root key's mark or sheet, or put the root key back."),
    "backup": ("cli.backup:app", "Write a backup while the service runs."),
    "restore": ("cli.restore:app", "Restore an installation from a backup, here or elsewhere."),
    "tour": ("cli.tour:app", "Walk the whole story over HTTP, and look every step up in the log."),
    "rules": ("cli.rules:rules_app", "Print the rule book, check it, decide a case."),
    "docs": ("cli.docs:app", "Write the documents that are generated from the source."),
    "bench": ("cli.bench:app", "Measure on this machine."),
}


class _Commands(typer.core.TyperGroup):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the framework hands it over
        """Every command, in the order in which an operator meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as above
        """The command of this name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = typer.main.get_command(getattr(_loaded(module), name))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as above
        """The list for `--help`, without loading a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, does) for name, (_, does) in COMMANDS.items()])


def _loaded(module: str) -> ModuleType:
    """The module; what it is made of stays, and is never searched for garbage."""
    if module not in sys.modules:
        gc.disable()  # looking through all of it again and again while it grew took an eighth of a server's start
        try:
            importlib.import_module(module)
        finally:
            gc.freeze()
            gc.enable()
    return sys.modules[module]


app = typer.Typer(
    cls=_Commands,
    name="tillit",
    help="Share what a family agreed to in writing, and nothing else; and prove it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _tillit() -> None:
    """Share what a family agreed to in writing, and nothing else; and prove it."""


def main() -> None:
    """Run a command. What is in the way is said in one line on the error output, and the exit code is not zero."""
    # Nobody else sees what is validated here: a package that happens to be installed is not asked whether it has a
    # plug-in for pydantic. Asking all of them took a while, too.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    try:
        app()
    except Problem as problem:
        _stop(_in_one_line(problem))
    except ValidationError as error:
        _stop("; ".join(f"TILLIT_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()))
    except OSError as error:
        # The disk, a file or the network; anything else is a fault of the program and shows as one.
        _stop(f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}")


def _stop(line: str) -> NoReturn:
    print(f"tillit: {line}", file=sys.stderr)
    sys.exit(1)


def _in_one_line(problem: Problem) -> str:
    said = [f"{name}: {value}" for name, value in problem.values.items()]
    said += [f"{field.field}: {field.code}" for field in problem.fields]
    what = f"{problem.title} ({', '.join(said)})" if said else problem.title
    return f"{what}. {problem.do} [{problem.code}]"
