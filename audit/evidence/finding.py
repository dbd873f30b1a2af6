"""What a check of the log found wrong: a value that names the place, not an exception that stops at the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Every kind of finding and what it means. The codes are stable: scripts and the documentation of errors rest on them.
FINDINGS: Final[Mapping[str, str]] = {
    "foreign_file": "A file under the store that no part of the log explains.",
    "missing": "A file, or part of one, that the signed head vouches for is not there.",
    "unreadable": "A file is there and cannot be read.",
    "malformed": "A file is not in the one form its kind has.",
    "leaf_unknown": "An entry of the log is not a leaf that this log could have written.",
    "entry_changed": "An entry is not the one that was logged at this place.",
    "hash_changed": "A stored hash is not that of what it stands over.",
    "sealed_changed": "The sealed disclosures beside an entry are not those it commits to.",
    "unexplained_absence": "Disclosures are gone, and no erase leaf says on which decision.",
    "head_refused": "A head is not one the policy vouches for.",
    "head_inconsistent": "A signed head does not fit the entries: one of them was changed, removed, moved or inserted.",
    "heads_unchecked": "Entries are so damaged that the heads from here on could not be compared with them.",
    "history_broken": "The published heads are not one unbroken line.",
    "time_fell": "A later head states an earlier time.",
    "not_witnessed": "No head bears the cosignatures that the policy asks for.",
    "genesis": "The first entry does not begin the log the policy names.",
    "key_unannounced": "A key of the policy was not announced in the log where it should have been.",
    "behind_state": "The log is shorter than it was when it was last verified.",
    "state_refused": "What was kept from the last verification is not about this log.",
    "receipt_refused": "A receipt is not one that the policy vouches for.",
    "suppressed": "A receipt promised an event; its deadline has passed, and the event is not in the log.",
    "leaf_differs": "An entry in the database is not the one in the outside store, or not that of its event.",
    "place_missing": "An event in the database is neither in the tree nor in the queue for it.",
    "place_twice": "An event in the database is both in the tree and still in the queue for it.",
    "event_missing": "A row of the log belongs to an event that is not in the database.",
    "commitment_differs": "The digests stored with an event are not those it committed to.",
    "columns_differ": "What an event says in clear is not what its sealed disclosures say.",
    "subject_differs": "Whom an event is found by is not whom its sealed disclosures are about.",
    "tree_differs": "What the database says of the tree is not what the entries make.",
    "row_unexplained": "A row names an event that is not there, or that could not have written it.",
    "policy_refused": "The policy does not say clearly whom to trust.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its code in ``FINDINGS``, the path in the store, the entry's index if there is one."""

    code: str
    place: str
    reason: str
    index: int | None = None

    def __post_init__(self) -> None:
        if self.code not in FINDINGS:
            raise ValueError(f"{self.code} is no kind of finding")

    def __str__(self) -> str:
        entry = "" if self.index is None else f", entry {self.index}"
        return f"{self.place}{entry}: {self.reason}"
