"""The options with which one names a log: its store and its policy, wherever they lie."""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.evidence.log_policy import LogPolicy, PolicyRefused, parse_policy
from cli.stop import FOUND, USAGE, stop

__all__ = ["LogPolicyFile", "LogStoreFolder", "policy_file", "store_folder", "trusted_policy"]

LogStoreFolder = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="DIR", help="The log's store, or a copy; else TILLIT_LOG_STORE, else `<data dir>/log`."
    ),
]
LogPolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="The policy you trust; else TILLIT_LOG_POLICY, else `<data dir>/log-policy.json`.",
    ),
]


def store_folder(told: Path | None, data_dir: Path | None) -> Path:
    """Where the log's store lies; the settings are asked only when it was not told."""
    return told or _settings(data_dir).store_path


def policy_file(told: Path | None, data_dir: Path | None) -> Path:
    """Where the policy lies; the settings are asked only when it was not told."""
    return told or _settings(data_dir).log_policy_path


def trusted_policy(file: Path) -> LogPolicy:
    """The policy in a file; where it cannot be read, or is none, the command stops."""
    try:
        return parse_policy(file.read_bytes())
    except OSError as error:
        stop(f"{file}: {error.strerror}; name the policy you trust with --policy", USAGE)
    except PolicyRefused as error:
        stop(f"{file}: {error}", FOUND)


def _settings(data_dir: Path | None) -> Any:
    """The settings, loaded only here: they take longer to load than a small log takes to verify."""
    return importlib.import_module("cli.options").settings_for(data_dir)
