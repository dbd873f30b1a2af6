"""Every setting, its meaning and its default: the only reader of the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """What an installation is told from outside, once at start: by `TILLIT_…` variables and command-line options."""

    model_config = SettingsConfigDict(env_prefix="TILLIT_", frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("var"), description="Where everything lies that is not told otherwise.")
    database_url: str | None = Field(
        default=None,
        description="`postgresql://…` for many users and many processes; left out, SQLite in `<data dir>/tillit.db`.",
    )
    key_file: Path | None = Field(
        default=None,
        description="The root key file, mode 0600. Left out, `<data dir>/keys/root.json`; only demo data may use that.",
    )
    log_store: Path | None = Field(default=None, description="The log's outside store. Left out, `<data dir>/log`.")
    log_policy: Path | None = Field(
        default=None, description="The policy that verifiers trust. Left out, `<data dir>/log-policy.json`."
    )
    sequencer: Literal["embedded", "worker"] = Field(
        default="embedded",
        description="Who gives entries their places in the log's tree: `embedded` for `tillit serve` itself, `worker` "
        "for a `tillit worker` beside several server processes on PostgreSQL.",
    )
    signer_socket: Path | None = Field(
        default=None,
        description="The Unix socket of a `tillit signer`, which has the log's key in a process of its own. Left out, "
        "whoever gives entries their places signs too.",
    )
    clock_file: Path | None = Field(
        default=None, description="A file holding an ISO 8601 instant that becomes the present; for demo data only."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on; a reverse proxy stands in front.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="The address people type, such as `https://tillit.example`; origins are checked against it.",
    )
    session_hours: int = Field(default=8, ge=1, le=12, description="How long a sign-in lasts, in hours.")
    requests_per_minute: int = Field(
        default=600, ge=10, description="How many requests one actor may make from one address in a minute."
    )

    @property
    def url(self) -> str:
        """The database's address: what was told, or SQLite in the data directory."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'tillit.db').absolute()}"

    @property
    def root_key_path(self) -> Path:
        """Where the root key file lies."""
        return self.key_file or self.data_dir / "keys" / "root.json"

    @property
    def store_path(self) -> Path:
        """Where the log's outside store lies."""
        return self.log_store or self.data_dir / "log"

    @property
    def log_policy_path(self) -> Path:
        """Where the log policy lies."""
        return self.log_policy or self.data_dir / "log-policy.json"

    @property
    def signer_path(self) -> Path:
        """Where the log's signer keeps its key and the last head it signed."""
        return self.data_dir / "signer"

    @property
    def register_path(self) -> Path:
        """Where the demo register lies."""
        return self.data_dir / "register-demo.json"
