"""The only door to the database: a deed happens inside an operation, and an operation leaves an event.

    with operation(actor, Action.REFER_PUPIL, purpose=asked.purpose) as op:
        ...

Leaving the block writes rows, event and the event's place in the queue in *one* commit, before any answer leaves. An
error rolls everything back; then the refusal is written in a transaction of its own; then the error goes on. If that
cannot be written either, the answer is `LogUnavailable` and nothing was done. This file holds the only `.commit(` of
the project, and makes the only sessions that write; `audit.sessions` says what sessions refuse, and `audit.refusals`
what a deed that did not happen leaves.

A crash between the commit and the answer leaves an event for something nobody was told; a crash before it leaves
nothing. Both are on the safe side of promise: no disclosure without its event.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, make_transient_to_detached

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.event import (
    LOG_KEY_OWNER,
    MAX_PERSONS,
    AuditDisclosure,
    AuditEvent,
    AuditEventSubject,
    AuditPending,
    Draft,
    Outcome,
    bundle_context,
    subject_lookup,
)
from audit.evidence.bundle import bundle
from audit.evidence.canonical_json import JsonValue
from audit.house import House
from audit.insert_rows import insert_rows
from audit.look import Prepared, look
from audit.once import AnsweredBefore, IdempotencyKeyReused, IdempotentAnswer, StillRunning
from audit.refusals import (
    CategoryClosed,
    DecisionLike,
    LogUnavailable,
    NotInYourRole,
    SharingRefused,
    in_normal_form,
    nothing_was_shown,
    outcome_of,
)
from audit.sessions import UNREACHABLE, LedgerSession, WrittenOutside
from foundation.clock import local_date
from foundation.errors import Problem
from foundation.identifiers import EventId, PersonId, ServiceId, StaffId, new_event_id
from foundation.tables import Base, Recorded, Right, RowOfToday
from vault.blob import DoesNotOpen, seal_blob
from vault.keys import DataKey, DataKeyValue

__all__ = ["Operation", "operation", "preparing", "refuse", "upkeep"]

#: What both databases call a second row with the same unique value: somebody else was first.
_LOST_RACES = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})

_OWNERS: BindParameter[list[UUID]] = bindparam("owners", expanding=True)
_DATA_KEYS = Prepared(select(DataKey).where(DataKey.owner_id.in_(_OWNERS)).order_by(DataKey.created_at, DataKey.key_id))

#: The results with which something may leave.
_OPEN = frozenset({"permit", "require"})

#: The same for a deed that leaves out the fields that must go.
_OPEN_STRIPPED = _OPEN | {"strip"}

#: A row's values by column name.
_Values = dict[str, Any]

Row = TypeVar("Row", bound=Base)
OneKind = TypeVar("OneKind", bound=Base | Right)
View = TypeVar("View")


class PersonNotDisclosed(RuntimeError):
    """A view shows a person whom the event does not name as disclosed: a fault in the program."""


@contextmanager
def _transaction(house: House) -> Iterator[Connection]:
    """Begin, lend the connection, commit: the one place where anything becomes durable."""
    with house.writers.turn() if house.writers else nullcontext(), house.engine.connect() as connection:
        connection.begin()
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


@contextmanager
def _under_way(actor: Actor, draft: Draft) -> Iterator["Operation"]:
    """Lend an operation, and commit what it wrote.

    What was just committed is kept at hand, for the receipt that goes out with the answer, and the sequencer wakes.
    """
    with _transaction(actor.house) as connection:
        op = Operation(actor, draft, connection)
        try:
            yield op
        finally:
            op.let_go()
    if draft.commitment is not None:
        actor.house.committed.put(draft.event_id, draft.commitment, draft.recorded_at)
        actor.house.evidence.committed()


@contextmanager
def upkeep(house: House) -> Iterator[Connection]:
    """Change the log's own tables, which is no deed: entries find their place, heads are kept. Committed at the end.

    Raises:
        LogUnavailable: the database could not be reached or written; nothing was changed.
    """
    try:
        with _transaction(house) as connection:
            yield connection
    except UNREACHABLE as error:
        raise LogUnavailable from error


class Operation:
    """One deed under way: lends the database, opens what is sealed, and keeps the trace that becomes the event."""

    def __init__(self, actor: Actor, draft: Draft, connection: Connection) -> None:
        self.actor = actor
        self.house = actor.house
        self.draft = draft
        self.removed: list[Right] = []
        self.refusal: Problem | None = None
        self._connection = connection
        self._mapping: Session | None = None
        self._added: list[Base] = []
        self._removed_as: list[JsonValue] = []
        self._keys: dict[UUID, dict[UUID, DataKeyValue]] = {}

    @property
    def _session(self) -> Session:
        """The session of the rows that may change; only deeds that have such rows pay for the mapper."""
        if self._mapping is None:
            self._mapping = LedgerSession(self._connection, self)
        return self._mapping

    def let_go(self) -> None:
        """The transaction is over: rows are no longer tied to it."""
        if self._mapping is not None:
            self._mapping.close()

    # What time it is, and which event this will be

    @property
    def event_id(self) -> EventId:
        """The id of the event that this operation will leave."""
        return self.draft.event_id

    @property
    def time(self) -> datetime:
        """When this deed is done: one instant for all it writes."""
        return self.draft.recorded_at

    def date(self, jurisdiction: str = "NOR") -> date:
        """The local date of the deed in `jurisdiction`."""
        return local_date(self.time, jurisdiction)

    @property
    def service(self) -> ServiceId:
        """The service for which the actor acts; a deed of casework has one."""
        if self.actor.service is None:
            raise NotInYourRole
        return self.actor.service

    @property
    def staff(self) -> StaffId:
        """Who acts; a deed of casework has somebody."""
        if self.actor.staff is None:
            raise NotInYourRole
        return self.actor.staff

    # Rows

    def add(self, *rows: Base) -> None:
        """Write these new rows, with this event as theirs; in which order they are added does not matter."""
        self._added.extend(rows)

    def remove(self, *rows: Right) -> None:
        """Take rights away; what was removed is written into the event."""
        for row in rows:
            self.removed.append(row)
            self._removed_as.append(_what(row))
        self.draft.notes["removed"] = self._removed_as

    def get(self, table: type[Row], identity: object) -> Row | None:
        """The row with this primary key, or None."""
        return self._session.get(table, identity)

    def get_one(self, table: type[Row], identity: object) -> Row:
        """The row with this primary key, which is known to be there: a foreign key names it."""
        return self._session.get_one(table, identity)

    def one(self, query: Select[Row], **values: object) -> Row | None:
        """The only row that `query` finds, or None; `values` fill its parameters."""
        return self._session.scalars(query, values).one_or_none()

    def all(self, query: Select[Row], **values: object) -> list[Row]:
        """Every row that `query` finds; `values` fill its parameters."""
        return list(self._session.scalars(query, values))

    def rows(self, query: Select[*tuple[Any, ...]] | Prepared, **values: object) -> list[tuple[Any, ...]]:
        """The tuples that a query over tables or columns finds, only to be looked at; `values` fill its parameters.

        The mapper does not know them, which makes them several times cheaper: what is asked each time that a deed is
        done is `Prepared` and asked in this way, and rows that are to change are asked for by the others.
        """
        return look(self._connection, query, values)

    def count(self, query: Select[*tuple[Any, ...]]) -> int:
        """How many rows `query` finds: a number, about nobody."""
        return self._connection.scalar(select(func.count()).select_from(query.subquery())) or 0

    def lock(self, query: Select[Row], *, shared: bool, **values: object) -> list[Row]:
        """The rows of `query`, in id order, locked until the commit: shared by those who open, alone by who withdraws.

        Who shares a lock only looks. On SQLite the transaction has the whole database already, since `BEGIN IMMEDIATE`.
        """
        if shared:
            return [row for (row,) in self.rows(_shared(query), **values)]
        return self.all(query.with_for_update().execution_options(populate_existing=True), **values)

    def stand_in_line(self, table: type[Base]) -> None:
        """Wait for one's turn before a row of `table` is locked alone; ask before any other row is locked.

        PostgreSQL lets those who share the lock of a row in past somebody who waits for it alone, so a stream of
        readers could hold a withdrawal off for ever. A table's lock is given in the order of asking: those at work
        finish, those who come later wait. On SQLite all stand in line already.
        """
        if self.house.writers is None:
            self._connection.execute(text(f"LOCK TABLE {table.__tablename__} IN EXCLUSIVE MODE"))

    def flush(self) -> None:
        """Send what was added and removed so far to the database, so that a query of this deed can see it.

        What refers to another row is removed before it and added after it: the tables have no mapped relationships,
        from which SQLAlchemy would know the order. The new rows of a table go in one statement, past the mapper.
        """
        order = _order_of_tables(len(Base.metadata.tables))
        removed = [row for row in self.removed if row in self._session and row not in self._session.deleted]
        for rows in _by_table(removed, lambda row: -order[row.__tablename__]):
            for row in rows:
                self._session.delete(row)
            self._session.flush()
        known = self._mapping
        # A row that was found and brought up to date may be added too: it is changed, not written once more.
        added = [row for row in self._added if known is None or row not in known]
        self._added = []
        for new in _by_table(added, lambda row: order[row.__tablename__]):
            self._insert(new)
        if self._mapping is not None:
            self._mapping.flush()

    def _insert(self, rows: Sequence[Base]) -> None:
        """Write new rows of one table; those that may change or go again are known to the session from now on."""
        for row in rows:
            if isinstance(row, Recorded):
                row.recorded_in = self.event_id
        insert_rows(self._connection, type(rows[0]), [row.__dict__ for row in rows])
        if isinstance(rows[0], (RowOfToday, Right)):
            for row in rows:
                make_transient_to_detached(row)
                self._session.add(row)

    # Sealing and opening: this is the `Keeper` of the vault

    def data_key(self, owner_id: UUID) -> tuple[UUID, DataKeyValue]:
        """The newest data key of `owner_id`; the first one is made here and kept with this event."""
        keys = self._load_keys(owner_id)
        if not keys:
            row, value = DataKey.made_for(owner_id, self.house.custody, self.time)
            self.add(row)
            keys[row.key_id] = value
        newest = next(reversed(keys))
        return newest, keys[newest]

    def data_key_of(self, owner_id: UUID, key_id: UUID) -> DataKeyValue:
        """The data key with this id; `DoesNotOpen` when it was destroyed, which is what erasing means."""
        try:
            return self._load_keys(owner_id)[key_id]
        except KeyError as error:
            raise DoesNotOpen from error

    def load_keys(self, owner_ids: Iterable[UUID]) -> None:
        """Fetch the data keys of many at once, for a list."""
        wanted = set(owner_ids) - self._keys.keys()
        if wanted:
            # The event will need the log's own key, and those of everybody it is about: one question for all of them.
            wanted |= {LOG_KEY_OWNER, *self.draft.persons} - self._keys.keys()
            self._keys |= {owner_id: {} for owner_id in wanted}
            for (row,) in self.rows(_DATA_KEYS, owners=list(wanted)):
                self._keys[row.owner_id][row.key_id] = row.unwrapped(self.house.custody)

    def _load_keys(self, owner_id: UUID) -> dict[UUID, DataKeyValue]:
        self.load_keys([owner_id])
        return self._keys[owner_id]

    def keep_trace(self, owner_id: UUID, what: str, *, seen: bool) -> None:
        """Note that `what` about a person was opened: in a view (disclosed), or by a rule or a filter (consulted)."""
        trace = self.draft.disclosed if seen else self.draft.consulted
        trace.setdefault(PersonId(int=owner_id.int), set()).add(what)

    # What the event will say

    def about(self, *persons: PersonId) -> None:
        """The deed is about these persons, whatever of theirs is opened."""
        self.draft.about.update(persons)

    def decided(
        self,
        decision: DecisionLike,
        *,
        recipient: ServiceId | None = None,
        partly: bool = False,
        stripped: bool = False,
    ) -> None:
        """Write the decision into the event, whatever happens next.

        Args:
            decision: what the rules said.
            recipient: the service to which something goes.
            partly: True where the deed itself leaves out what is closed, and only needs something to be open.
            stripped: True where the deed itself sees to it that the fields that must go are empty.

        Raises:
            SharingRefused: when it does not permit what was asked; what must not be ignored is an exception.
            CategoryClosed: the same where some of it is open; the deed drops nothing by itself.
        """
        results = decision.results
        self.draft.categories.update(result.category for result in results)
        self.draft.rules = tuple(dict.fromkeys(rule for result in results for rule in result.rules))
        self.draft.rule_book = decision.rule_book
        self.draft.basis = " ".join(sorted({result.basis for result in results if result.basis})) or None
        self.draft.decision = decision.compact()
        if recipient is not None:
            self.draft.recipient_service_id = recipient
        opening = _OPEN_STRIPPED if stripped else _OPEN
        some = any(result.result in opening for result in results)
        permits = decision.permits_stripped if stripped else decision.permits
        if not permits and not (partly and some):
            raise (CategoryClosed if some else SharingRefused)(decision, self.draft.rules)

    def begun_by(self, staff: StaffId, service: ServiceId, role: Role, strength: Strength) -> None:
        """The event is this member of staff's: whoever began the deed as a stranger has shown who they are."""
        self.draft.staff_id, self.draft.service_id = staff, service
        self.draft.role, self.draft.strength = role.value, strength.code

    def keep_and_refuse(self, problem: Problem) -> None:
        """End with `problem`, and yet keep what was written: a failed try that must be counted, for instance."""
        self.refusal = problem

    def note(self, **said: JsonValue) -> None:
        """Write these codes, ids, counts or words (in Unicode NFC) into the sealed part of the event."""
        self.draft.notes.update({name: in_normal_form(value) for name, value in said.items()})

    def view(self, view: View) -> View:
        """Let a view leave the deed; every person it shows must be in the event as disclosed.

        Raises:
            PersonNotDisclosed: the deed shows somebody whom its event does not name.
        """
        shown = set(_persons_in(view))
        unnamed = shown - self.draft.disclosed.keys()
        if unnamed:
            raise PersonNotDisclosed(f"{len(unnamed)} persons in {type(view).__name__} are not in the event")
        return view

    def answered(self, receipt: View) -> View:
        """Keep what is answered, for the case that the same request comes again; ids, states, codes and dates only."""
        once = self.actor.once
        if once is not None:
            answer = orjson.dumps(receipt, default=str).decode()
            self.add(IdempotentAnswer(key=once.key, body=once.body, answered_at=self.time, answer=answer))
        return receipt

    def answered_before(self) -> AnsweredBefore | None:
        """What this very request was answered earlier, if it was. Raises `IdempotencyKeyReused` for another request."""
        once = self.actor.once
        if once is None:
            return None
        earlier = self._session.get(IdempotentAnswer, once.key)
        if earlier is None:
            return None
        if earlier.answered_at < self.time - timedelta(hours=24):
            self.remove(earlier)  # makes room for the new answer under the same key
            self.flush()
            return None
        if earlier.body != once.body:
            raise IdempotencyKeyReused
        return earlier.again()

    def close(self, outcome: Outcome, code: str | None) -> None:
        """Write what is left, then the event, its sealed disclosures, its subjects and its place in the queue."""
        draft = self.draft
        if len(draft.persons) > MAX_PERSONS:
            raise WrittenOutside(f"an operation is about at most {MAX_PERSONS} persons")
        index = draft.index(outcome, code)
        bundles: list[tuple[UUID, PersonId | None, dict[str, JsonValue]]]
        bundles = [(LOG_KEY_OWNER, None, draft.common(index))]
        bundles += [(person, person, draft.of_person(person)) for person in draft.persons]
        self.load_keys(owner for owner, _, _ in bundles)
        lookup_key = self.house.custody.derived_key("event-subjects")
        digests: list[bytes] = []
        sealed: list[_Values] = []
        subjects: list[_Values] = []
        for owner, person, said in bundles:
            packed, of_bundle = bundle(said)
            digests += of_bundle
            key_id, key = self.data_key(owner)
            place: _Values = {"event_id": draft.event_id, "key_id": key_id}
            sealed.append({**place, "sealed": seal_blob(key, packed, bundle_context(draft.event_id, key_id))})
            if person is not None:
                subjects.append({**place, "lookup": subject_lookup(lookup_key, person)})
        self.flush()
        for kind, rows in (
            (AuditEvent, [draft.row(index, digests)]),
            (AuditDisclosure, sealed),
            (AuditEventSubject, subjects),
            (AuditPending, [{"event_id": draft.event_id}]),
        ):
            if rows:
                insert_rows(self._connection, kind, rows)


@contextmanager
def operation(
    actor: Actor, action: Action, *, about: Iterable[PersonId] = (), purpose: str | None = None
) -> Iterator[Operation]:
    """Do a deed: lend the database for the length of the block, then commit rows and event together.

    Raises:
        NotInYourRole: the deed belongs to another role.
        Problem: whatever the block raised, with `event_id` of the refusal that was written.
        LogUnavailable: the database or the log could not be written; nothing was done.
        AnsweredBefore: the same request was done already; here is its answer.
    """
    draft = _draft(actor, action, purpose)
    draft.about.update(about)
    try:
        with _under_way(actor, draft) as op:
            _begin(op, action)
            yield op
            refusal = _end(op)
    except AnsweredBefore:
        raise
    except Problem as problem:
        _write_refusal(actor, draft, outcome_of(problem), problem)
        raise
    except IntegrityError as error:
        if not _is_lost_race(error):
            _write_refusal(actor, draft, Outcome.FAILED, None)
            raise
        conflict = StillRunning()
        _write_refusal(actor, draft, Outcome.CONFLICT, conflict)
        raise conflict from error
    except UNREACHABLE as error:
        raise LogUnavailable from error
    except Exception:
        _write_refusal(actor, draft, Outcome.FAILED, None)
        raise
    if refusal is not None:
        refusal.event_id = draft.event_id
        raise refusal


def _begin(op: Operation, action: Action) -> None:
    """Let the deed begin, unless it is another role's or was done already."""
    _in_your_role(op.actor, action)
    if action.waits_for_evidence:
        op.house.evidence.refuse_when_too_old()
    before = op.answered_before()
    if before is not None:
        raise before


def _end(op: Operation) -> Problem | None:
    """Write the event of a deed that came to its end; the refusal with which it is to end, where there is one."""
    if op.refusal is None:
        op.close(Outcome.PERMITTED, None)
    else:
        nothing_was_shown(op.draft, op.refusal)
        op.close(outcome_of(op.refusal), op.refusal.code)
    return op.refusal


def _in_your_role(actor: Actor, action: Action) -> None:
    if not action.may(actor.role):
        raise NotInYourRole


@contextmanager
def preparing(actor: Actor, action: Action) -> Iterator[None]:
    """Do what must come before an operation (read a form, ask a register); a problem here leaves its event too."""
    try:
        _in_your_role(actor, action)
        yield
    except Problem as problem:
        refuse(actor, action, problem)
        raise


def refuse(actor: Actor, action: Action, problem: Problem) -> None:
    """Write that `action` was refused before it began (a malformed request, say); sets the problem's event id."""
    _write_refusal(actor, _draft(actor, action, None), outcome_of(problem), problem)


def _draft(actor: Actor, action: Action, purpose: str | None) -> Draft:
    now = actor.house.clock.now()
    return Draft(
        event_id=new_event_id(now),
        recorded_at=now,
        action=action.code,
        kind=action.kind,
        staff_id=actor.staff,
        role=actor.role.value,
        strength=actor.strength.code,
        service_id=actor.service,
        purpose=purpose,
    )


def _write_refusal(actor: Actor, draft: Draft, outcome: Outcome, problem: Problem | None) -> None:
    """Record in a transaction of its own that the deed did not happen; nothing it opened was shown to anybody."""
    draft.notes.pop("removed", None)
    draft.hits = None
    nothing_was_shown(draft, problem)
    try:
        with _under_way(actor, draft) as op:
            op.close(outcome, problem.code if problem else "failed")
    except (SQLAlchemyError, DoesNotOpen) as error:
        raise LogUnavailable from error
    if problem is not None:
        problem.event_id = draft.event_id


def _is_lost_race(error: IntegrityError) -> bool:
    """Whether another request wrote the same unique value first; any other broken constraint is a fault."""
    codes = {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorname", None)}
    return not codes.isdisjoint(_LOST_RACES)


@lru_cache(maxsize=64)
def _shared(query: Select[Row]) -> Prepared:
    """`query` with a shared lock; remembered, because a statement that is made anew costs more than it takes to run."""
    return Prepared(query.with_for_update(read=True))


@cache
def _order_of_tables(_known: int) -> dict[str, int]:
    """Each table's place, after all it refers to; asked anew when more tables have become known."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


def _by_table(rows: Iterable[OneKind], place: Callable[[OneKind], int]) -> Iterator[list[OneKind]]:
    """`rows` in the order of their tables, those of one table together."""
    for _, of_one_table in groupby(sorted(rows, key=place), place):
        yield list(of_one_table)


def _what(row: Right) -> JsonValue:
    """A removed right as it stood: ids and codes; what was sealed and keys are left out, gone on purpose."""
    return {
        "table": row.__tablename__,
        **{
            column.key: str(value)
            for column in row.__mapper__.column_attrs  # type: ignore[attr-defined]  # as above
            if (value := getattr(row, column.key)) is not None and not isinstance(value, bytes)
        },
    }


def _persons_in(value: object) -> Iterator[PersonId]:
    if isinstance(value, PersonId):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for name in _field_names(type(value)):
            yield from _persons_in(getattr(value, name))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _persons_in(item)
    elif isinstance(value, dict):
        for item in (*value.keys(), *value.values()):
            yield from _persons_in(item)


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """The names of a view's fields; remembered, because every answer is looked through."""
    return tuple(one.name for one in fields(kind))
