"""The commands of `tillit`: each that the help promises is there."""

import importlib

import pytest
import typer.main

from cli.main import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_the_help_promises_is_there(name: str) -> None:
    module, _, app = COMMANDS[name][0].partition(":")
    assert typer.main.get_command(getattr(importlib.import_module(module), app)).help
