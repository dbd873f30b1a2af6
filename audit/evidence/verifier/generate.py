"""Put the single-file verifier together: ``python -m audit.evidence.verifier.generate`` writes ``tillit-verify.py``.

The file is the source of the pure modules themselves, one after the other, so that there is one tree and one reading of
every format. Two modules are exchanged for ones that need only the standard library. Nothing is rewritten but imports.
"""

import ast
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
GENERATED: Final = ROOT / "audit" / "evidence" / "verifier" / "tillit-verify.py"
OLDEST_PYTHON: Final = (3, 9)

#: The files, each after those it imports.
PARTS: Final = (
    "audit/evidence/base64url.py",
    "audit/evidence/verifier/json_bytes.py",
    "audit/evidence/canonical_json.py",
    "audit/evidence/tree.py",
    "audit/evidence/commitment.py",
    "audit/evidence/event_leaf.py",
    "audit/evidence/note.py",
    "audit/evidence/log_policy.py",
    "audit/evidence/proof_text.py",
    "audit/evidence/report_file.py",
    "audit/evidence/verifier/verify_ed25519.py",
    "audit/evidence/verifier/main.py",
)

BEGINNING: Final = '''# noqa: N999  # people run it under this name and never import it
"""Verifies a report of the Tillit disclosure log on any computer with Python {python} or newer, and nothing else.

    python tillit-verify.py --policy log-policy.json report.tillit

Generated from the modules named below, unchanged but for their imports; do not edit.
"""

from __future__ import annotations

{imports}
'''


class CannotCombine(Exception):
    """Two modules cannot stand in one file: both define a name, or one imports what is not there."""


def generate() -> str:
    """The source of the single-file verifier. Raises ``CannotCombine`` when the modules do not fit together."""
    imports: list[ast.Import | ast.ImportFrom] = []
    bodies: list[str] = []
    defined: dict[str, str] = {}
    for part in PARTS:
        source = (ROOT / part).read_text(encoding="utf-8")
        module = ast.parse(source)
        for name in _names_defined(module):
            if name in defined:
                raise CannotCombine(f"{name} is defined in {defined[name]} and in {part}")
            defined[name] = part
        _check_imports(module, part, defined)
        imports += [node for node in _imports(module) if not _is_own(node) and not _is_future(node)]
        bodies.append(_body(source, module, part))
    text = BEGINNING.format(python=".".join(map(str, OLDEST_PYTHON)), imports=_merged(imports))
    text += "\n" + "\n\n".join(bodies)
    ast.parse(text, feature_version=OLDEST_PYTHON)
    return text


def _merged(imports: Iterable[ast.Import | ast.ImportFrom]) -> str:
    """One import for each module, whole modules first, names in the order the linter wants."""
    whole: set[str] = set()
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for node in imports:
        names = {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            whole |= names
        else:
            parts[node.module or ""] |= names
    lines = [f"import {name}" for name in sorted(whole)]
    for module, names in sorted(parts.items()):
        lines.append(f"from {module} import {', '.join(sorted(names, key=_rank))}")
    return "\n".join(lines)


def _rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _imports(module: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]


def _is_own(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "audit"


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _check_imports(module: ast.Module, part: str, defined: dict[str, str]) -> None:
    for node in _imports(module):
        names = [alias.name for alias in node.names]
        if _is_own(node):
            missing = [name for name in names if name not in defined]
            if missing:
                raise CannotCombine(f"{part} needs {', '.join(missing)}, which is in no file before it")
        else:
            packages = names if isinstance(node, ast.Import) else [node.module or ""]
            strange = [name for name in packages if name.split(".")[0] not in sys.stdlib_module_names]
            if strange or any(alias.asname for alias in node.names):
                raise CannotCombine(f"{part} imports {', '.join(strange or names)}, which cannot be taken along")


def _names_defined(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def _body(source: str, module: ast.Module, part: str) -> str:
    """The source without its imports, its docstring turned into a comment."""
    lines = source.splitlines()
    removed: set[int] = set()
    for node in _imports(module):
        removed.update(range(node.lineno - 1, node.end_lineno or node.lineno))
    docstring = module.body[0]
    removed.update(range(docstring.end_lineno or 1))
    explanation = [f"# {part}", "#"]
    for line in (ast.get_docstring(module) or "").splitlines():
        explanation += [f"# {filled}" for filled in textwrap.wrap(line, 116)] or ["#"]
    text = "\n".join(line for number, line in enumerate(lines) if number not in removed).strip("\n")
    if part != PARTS[-1] and "__main__" in text:
        raise CannotCombine(f"{part} runs by itself")
    begins_with_block = text.startswith(("def ", "class ", "@"))
    return "\n".join(explanation) + ("\n\n\n" if begins_with_block else "\n\n") + text + "\n"


if __name__ == "__main__":
    GENERATED.write_text(generate(), encoding="utf-8")
