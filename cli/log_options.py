"""The options with which one names a log: its store and its policy, wherever they lie."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DataDir, settings_for

__all__ = ["DataDir", "LogPolicyFile", "LogStoreFolder", "policy_file", "store_folder"]

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
    return told or settings_for(data_dir).store_path


def policy_file(told: Path | None, data_dir: Path | None) -> Path:
    """Where the policy lies; the settings are asked only when it was not told."""
    return told or settings_for(data_dir).log_policy_path
