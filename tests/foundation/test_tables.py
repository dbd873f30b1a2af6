"""Tables: a column has its type whatever was imported first, and a point in time one spelling."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from foundation.tables import Instant

_ASK = (
    "import people.person as module, sys;"
    "assert 'people.organisation' not in sys.modules;"
    "print(*sorted(repr(type(bind.type).__name__) for bind in module._ENTRY.compile().binds.values()))"
)


@pytest.mark.slow
def test_a_statement_knows_its_values_before_the_table_it_refers_to_is_imported() -> None:
    asked = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=False)
    assert (asked.stdout.strip(), asked.stderr) == ("'Id' 'Id'", "")


@pytest.mark.parametrize(
    "changed", ["2026-11-22a12:00:00.000000", "2026-11-22 12:00:00", "2026-11-22 12:00:00.000000+00:00"]
)
def test_a_point_in_time_is_read_as_it_was_written_and_in_no_other_way(changed: str) -> None:
    with create_engine("sqlite://").connect() as connection:
        asked = text("SELECT :told AS at").columns(at=Instant)
        written = connection.scalar(asked, {"told": "2026-11-22 12:00:00.000000"})
        assert written == datetime(2026, 11, 22, 12, tzinfo=UTC)
        with pytest.raises(ValueError, match="not written by this program"):
            connection.scalar(asked, {"told": changed})
