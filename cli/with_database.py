"""What `tillit verify-log --with-database` adds; apart, so that verifying offline loads no database."""

from pathlib import Path

from audit.actor import Actor
from audit.evidence.log_policy import LogPolicy
from audit.evidence.log_store import LogStore
from audit.verify_database import DatabaseVerdict, verify_database
from cli.open_installation import recording
from cli.options import settings_for

__all__ = ["with_database"]


def with_database(data_dir: Path | None, store: LogStore, policy: LogPolicy) -> DatabaseVerdict:
    """Hold the installation's database against its log. Raises as opening an installation does."""
    with recording(settings_for(data_dir)) as house:
        return verify_database(Actor.operator(house), store, policy)
