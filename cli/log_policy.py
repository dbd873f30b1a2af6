"""`tillit log-policy`: print the policy that verifiers of this log trust."""

from typing import Annotated

import typer

from audit.evidence.note import key_fingerprint
from cli.log_options import LogPolicyFile, policy_file, trusted_policy
from cli.plain_options import DataDir, new_app

__all__ = ["app"]

app = new_app()


@app.command()
def log_policy(
    policy: LogPolicyFile = None,
    c2sp: Annotated[bool, typer.Option("--c2sp", help="Print it in the form of c2sp.org/tlog-policy.")] = False,  # noqa: FBT002  # an option
    fingerprint: Annotated[  # noqa: FBT002  # an option
        bool, typer.Option("--fingerprint", help="Print only the fingerprints of the log's keys.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Print the policy: the log's name, the keys that sign it, its witnesses. It is public."""
    said = trusted_policy(policy_file(policy, data_dir))
    if fingerprint:
        print("\n".join(key_fingerprint(one.key.public) for one in said.keys))
    else:
        print(said.c2sp() if c2sp else said.encode().decode(), end="")
