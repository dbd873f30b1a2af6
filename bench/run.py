"""What `tillit bench` runs: every yardstick, or the one that was named.

A yardstick is a module of this folder with a function `measure(seconds)`: it measures for about that long at each thing
and gives a dictionary of names and numbers, nested at will. To add one, add its line to `YARDSTICKS`.
"""

import importlib
import json
from collections.abc import Iterator, Mapping

__all__ = ["YARDSTICKS", "run", "said"]

YARDSTICKS = {
    "rules": "bench.rules",
    "http": "bench.over_http",
    "log": "bench.log",
    "report": "bench.report",
    "evidence": "bench.evidence",
}


def run(name: str | None, seconds: float) -> dict[str, object]:
    """What the yardstick `name` measured, or what all of them did; `KeyError` when there is no such yardstick."""
    chosen = YARDSTICKS if name is None else {name: YARDSTICKS[name]}
    return {each: importlib.import_module(module).measure(seconds) for each, module in chosen.items()}


def said(measured: object, *, as_json: bool) -> str:
    """What was measured, as JSON or as one line a number."""
    return json.dumps(measured, indent=2) if as_json else "\n".join(_lines("", measured))


def _lines(place: str, measured: object) -> Iterator[str]:
    if isinstance(measured, Mapping):
        for name, value in measured.items():
            yield from _lines(f"{place}.{name}" if place else str(name), value)
    else:
        yield f"{place}: {measured}"
