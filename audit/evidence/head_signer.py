"""Whoever signs the heads of a log, in this process or in another."""

from typing import Protocol

from audit.evidence.log_policy import LogPolicy
from audit.evidence.signing_key import NextKey


class HeadSigner(Protocol):
    """What a sequencer asks of a signer; each raises ``SignerRefused`` and ``SignerUnusable`` as ``Signer`` does."""

    @property
    def signed_size(self) -> int:
        """How many entries the last signed head covers; 0 before the first."""

    def sign(self, size: int) -> bytes:
        """The signed head of the tree of ``size`` leaves that lies in the store: a signed note."""

    def sign_again(self) -> bytes | None:
        """The last signed head; None before the first."""

    def policy(self) -> LogPolicy:
        """The policy of a log without witnesses, signed by this signer."""

    @property
    def next_key(self) -> NextKey | None:
        """The key that is planned and has signed nothing yet; None where there is none."""

    def begin_key(self, first: int) -> None:
        """Let the next key sign heads of ``first`` leaves and more; entry ``first - 1`` announces it."""
