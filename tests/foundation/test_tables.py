"""Tables: a column that refers to another table has its type from the beginning, whatever was imported first."""

import subprocess
import sys

import pytest

_ASK = (
    "import people.person as module, sys;"
    "assert 'people.organisation' not in sys.modules;"
    "print(*sorted(repr(type(bind.type).__name__) for bind in module._ENTRY.compile().binds.values()))"
)


@pytest.mark.slow
def test_a_statement_knows_its_values_before_the_table_it_refers_to_is_imported() -> None:
    asked = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=False)
    assert (asked.stdout.strip(), asked.stderr) == ("'Id' 'Id'", "")
