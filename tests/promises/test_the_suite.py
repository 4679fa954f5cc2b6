"""The suite of promises itself: it is large enough, the same for both forms, and leaves nothing out."""

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.suite import FORMS

HERE = Path(__file__).parent
FEWEST = 80
PLAIN = "addopts=--import-mode=importlib"  # each test on a line of its own
LEAVING_OUT = {"skip", "skipif", "xfail", "importorskip", "deselect"}


@cache
def collected():
    """Ask pytest which tests of this folder there are: of each form the functions, and the cases."""
    command = [sys.executable, "-m", "pytest", "-n0", "--collect-only", "-q", "-o", PLAIN, str(HERE)]
    told = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=True).stdout
    functions, cases = defaultdict(set), defaultdict(set)
    for line in told.splitlines():
        name, _, parameters = line.partition("[")
        for form in FORMS:
            if form in parameters.rstrip("]").split("-"):
                functions[form].add(name)
                cases[form].add(line.replace(form, ""))
    return functions, cases


def test_each_form_keeps_at_least_eighty_promises_and_both_keep_the_same():
    functions, cases = collected()

    assert {len(functions[form]) >= FEWEST for form in FORMS} == {True}
    assert functions["embedded"] == functions["production"]
    assert cases["embedded"] == cases["production"]


def test_every_test_here_runs_on_both_forms():
    functions, _ = collected()
    written = {
        f"{path.relative_to(HERE.parents[1])}::{node.name}"
        for path in HERE.glob("test_*.py")
        if path != Path(__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }

    assert written == functions["embedded"] == functions["production"]


def test_no_promise_is_left_out():
    for path in HERE.glob("*.py"):
        words = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert not words & LEAVING_OUT, path.name
