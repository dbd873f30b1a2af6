"""Walking through the house over HTTP, as one person after the other, and asking the log what each step left there.

A step is one request. It is right when the answer is the expected one *and* its log event says what the step must have
caused: who did which deed, about whom, with which categories and rules.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

__all__ = ["Answer", "Cause", "Caused", "Somebody", "Step", "Walker"]

_API = "/api/v1"

#: How long an answer may take, in seconds.
_PATIENCE = 20


@dataclass(frozen=True)
class Caused:
    """What a step must have caused in the log.

    Attributes:
        action: the code of the deed.
        outcome: `permitted`, `refused`, `not_found`, `invalid` or `conflict`.
        code: of the problem, for what was not permitted.
        subject: the ids of exactly those whom the event must be about, whether disclosed, consulted or mentioned.
        disclosed: those of them of whom something left, and exactly what; None where the step is no disclosure.
        categories: exactly those that the event must name.
        rules: exactly those that must have spoken.
    """

    action: str
    outcome: str = "permitted"
    code: str | None = None
    subject: Collection[str] = ()
    disclosed: Mapping[str, Collection[str]] | None = None
    categories: Collection[str] = ()
    rules: Collection[str] = ()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    body: Any

    @property
    def event(self) -> str | None:
        """The id of the event that the answer names."""
        return self.headers.get("tillit-event")

    @property
    def version(self) -> str:
        """The ETag, for the next step."""
        return self.headers["etag"]

    def __getitem__(self, name: str) -> Any:
        """A member of the body."""
        return self.body[name]

    def blanked(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body without event id, receipt and date: what is left to learn from."""
        event = self.event or ""
        headers = [(name, value.replace(event, "-") if event else value) for name, value in self.headers.items()]
        return (
            self.status,
            [one for one in headers if one[0] not in ("date", "tillit-receipt")],
            self.content.replace(event.encode(), b"-"),
        )


#: What a step must have caused, or how to tell from its answer: the ids of what is new are known only then.
Cause = Caused | Callable[[Answer], Caused]


@dataclass(frozen=True)
class Step:
    """One step of the walk, and what was wrong with it."""

    number: int
    actor: str
    request: str
    says: str
    status: int
    rules: tuple[str, ...]
    event: str | None
    wrong: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the answer and its event are what they must be."""
        return not self.wrong

    def as_data(self) -> dict[str, object]:
        """The step as one JSON object; what is wrong with it stands there only when something is."""
        told: dict[str, object] = {
            "step": self.number,
            "actor": self.actor,
            "request": self.request,
            "status": self.status,
            "rules": list(self.rules),
            "event": self.event,
            "ok": self.is_right,
        }
        return {**told, "wrong": list(self.wrong)} if self.wrong else told


@dataclass
class Somebody:
    """A member of staff who is signed in: asks for things, and says beforehand what must come of it."""

    walker: "Walker" = field(repr=False)
    role: str
    staff: str
    service: str
    client: httpx2.Client = field(repr=False)

    def get(self, path: str, says: str, caused: Cause, *, status: int = 200, **more: Any) -> Answer:
        """Ask for something to read; see `Walker.step`."""
        return self.walker.step(self, "GET", path, says, caused, status=status, **more)

    def post(
        self, path: str, body: Any, says: str, caused: Cause, *, status: int = 200, key: str | None = None, **more: Any
    ) -> Answer:
        """Ask for something to be done, once; see `Walker.step`."""
        headers = {"idempotency-key": key or secrets.token_hex(8), **more.pop("headers", {})}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.walker.step(self, "POST", path, says, caused, status=status, headers=headers, **sent, **more)


class Walker:
    """Goes to the house as different people, and asks the auditor's side about each step.

    Args:
        address: of the server, such as `http://127.0.0.1:40123`.
        tell: is given each step when it is done.
    """

    def __init__(self, address: str, tell: Callable[[Step], None]) -> None:
        self._address = address
        self._tell = tell
        self._clients: list[httpx2.Client] = []
        self._people: dict[tuple[str, str], Somebody] = {}
        self.steps: list[Step] = []
        #: When the walk began; the log is asked from here on.
        self.began = datetime.now(UTC)
        observer = self._client()
        self._doors = observer.get("/demo-doors").raise_for_status().json()["items"]
        #: Signed in as auditor besides the walk, to look each step up.
        self._observer = self._signed_in(observer, next(door for door in self._doors if door["role"] == "auditor"))
        #: The services by kind, in the order of the directory.
        self.services: dict[str, list[str]] = {}
        for one in observer.get("/services").raise_for_status().json()["items"]:
            self.services.setdefault(one["kind"], []).append(one["service_id"])

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            client.close()

    def as_(
        self,
        role: str,
        *,
        kind: str | None = None,
        at: str | None = None,
        not_at: str | None = None,
        beside: Somebody | None = None,
    ) -> Somebody:
        """The first who is in this role; signs in at the first time.

        Args:
            role: its code.
            kind: of the service they work in; left out, any.
            at: the name of the service they work in; left out, any.
            not_at: the name of a service they do not work in.
            beside: somebody who is to be another person.
        """
        door = next(
            one
            for one in self._doors
            if one["role"] == role
            and (kind is None or one["service_id"] in self.services.get(kind, []))
            and (at is None or one["service_name"] == at)
            and one["service_name"] != not_at
            and (beside is None or one["staff_id"] != beside.staff)
        )
        key = (door["staff_id"], door["service_id"])
        if key not in self._people:
            self._people[key] = self._sign_in(door)
        return self._people[key]

    def step(
        self,
        who: Somebody,
        method: str,
        path: str,
        says: str,
        caused: Cause,
        *,
        status: int,
        also: Callable[[Answer], Mapping[str, bool]] | None = None,
        **sent: Any,
    ) -> Answer:
        """One request and everything that must be true of it.

        Args:
            who: asks.
            method: GET or POST.
            path: below `/api/v1`.
            says: what happens, in one sentence.
            caused: what the log must say.
            status: what the answer's status must be.
            also: what else must be true of the answer, each with a name.
            sent: body and headers.
        """
        answer = _answer(who.client.request(method, path, **sent))
        event = self._event(answer.event)
        wrong = self._wrong(who, answer, event, caused, status)
        if not wrong and also is not None:
            wrong = [f"it is not so that {name}" for name, is_so in also(answer).items() if not is_so]
        rules = tuple(event["line"]["rules"]) if event else ()
        asked = f"{method} {_API}{path}"
        self.steps.append(
            Step(len(self.steps) + 1, who.role, asked, says, answer.status, rules, answer.event, tuple(wrong))
        )
        self._tell(self.steps[-1])
        return answer

    def _wrong(self, who: Somebody, answer: Answer, event: Any, caused: Cause, status: int) -> list[str]:
        if answer.status != status:
            return [f"the status is {answer.status}, not {status}"]
        if event is None:
            return ["the answer names no event that the log has"]
        due = caused(answer) if callable(caused) else caused
        return _differences(event, due, (who.role, who.staff, who.service))

    def _sign_in(self, door: Mapping[str, str]) -> Somebody:
        client = self._client()
        who = Somebody(self, door["role"], door["staff_id"], door["service_id"], client)
        says = f"{door['name']} signs in at {door['service_name']}"
        answer = self.step(who, "POST", "/demo-sign-in", says, Caused("sign_in"), status=200, json=_key_of(door))
        client.headers["authorization"] = f"Bearer {answer['token']}"
        return who

    def _signed_in(self, client: httpx2.Client, door: Mapping[str, str]) -> httpx2.Client:
        token = client.post("/demo-sign-in", json=_key_of(door)).raise_for_status().json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        return client

    def _event(self, event: str | None) -> Any:
        """The entry in the log, as the auditor's API gives it; None when there is none, or reading it left no event."""
        if event is None:
            return None
        answer = self._observer.get(f"/log/events/{event}")
        return answer.json() if answer.status_code == httpx2.codes.OK and "tillit-event" in answer.headers else None

    def _client(self) -> httpx2.Client:
        client = httpx2.Client(
            base_url=f"{self._address}{_API}", timeout=_PATIENCE, headers={"accept-language": "en"}, trust_env=False
        )
        self._clients.append(client)
        return client


def _key_of(door: Mapping[str, str]) -> dict[str, str]:
    """What the demo's sign-in is told to open this door."""
    return {name: door[name] for name in ("staff_id", "service_id", "role")}


def _answer(response: httpx2.Response) -> Answer:
    is_json = response.headers.get("content-type", "").endswith("json")
    return Answer(response.status_code, response.headers, response.content, response.json() if is_json else None)


def _differences(event: Any, caused: Caused, actor: tuple[str, str | None, str | None]) -> list[str]:
    """What the log says differently from what the step must have caused."""
    line = event["line"]
    opened = {trace["person"] for trace in (*event["disclosed"], *event["consulted"])}
    about = opened | set(event["mentioned"])
    compared: list[tuple[str, object, object]] = [
        ("actor", (line["role"], line["staff_id"], line["service_id"]), actor),
        ("action", line["action"], caused.action),
        ("outcome", (line["outcome"], line["code"]), (caused.outcome, caused.code)),
        ("subject", sorted(about), sorted(caused.subject)),
        ("categories", sorted(line["categories"]), sorted(caused.categories)),
        ("rules", sorted(line["rules"]), sorted(caused.rules)),
    ]
    if caused.disclosed is not None:
        due = {person: sorted(what) for person, what in caused.disclosed.items()}
        compared.append(("disclosed", {one["person"]: sorted(one["what"]) for one in event["disclosed"]}, due))
    return [f"{what}: the log says {found}, not {due}" for what, found, due in compared if found != due]
