"""Collect every sentence that a service may say to somebody, from the code itself."""

import ast
import re
from importlib import import_module
from pathlib import Path

from chassis.errors import Refused

ROOT = Path(__file__).parent.parent
SOURCES = [path for folder in ("chassis", "services", "gateway") for path in sorted((ROOT / folder).rglob("*.py"))]
SAYS = {"ValidationError", "Finding", "_finding", "error", "warning"}


def refusals():
    """List the first line of every refusal's docstring."""
    for path in SOURCES:
        if "class" in path.read_text() and "migrations" not in path.parts and path.stem != "__main__":
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found, left = set(), [Refused]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        found.add(kind.__doc__.strip().splitlines()[0])
    return found - {Refused.__doc__.strip().splitlines()[0]}


def field_messages():
    """List what is said about fields: in ``ValidationError``, ``Invalid``, ``error=`` and ``…messages`` tables."""
    return {text for path in SOURCES for text in _said(ast.parse(path.read_text()))} | _findings()


def _findings():
    """List what ``readiness`` may find: every sentence there that is no docstring."""
    tree = ast.parse((ROOT / "services/invoicing/terms/readiness.py").read_text())
    documented = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if hasattr(node, "body") and isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value not in documented]
    return {text for text in _texts(constants) if text[0].isupper()}


def _said(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from _texts(node.args) if name in SAYS else ()
            yield from _texts(_values(node.args)) if name == "Invalid" else ()
            yield from _texts(word.value for word in node.keywords if word.arg == "error")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names = [getattr(t, "id", "") for t in (node.targets if isinstance(node, ast.Assign) else [node.target])]
            if any(name.endswith("error_messages") or name == "REQUIRED" for name in names):
                yield from _texts(_values([node.value]))


def _values(nodes):
    for node in nodes:
        if isinstance(node, ast.Dict):
            yield from node.values


def _texts(nodes):
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\w [\w’']+.*\.$", node.value):
            yield re.sub(r"\{\w*\}", "{}", node.value)


if __name__ == "__main__":
    for sentence in sorted(refusals() | field_messages()):
        print(sentence)  # noqa: T201
