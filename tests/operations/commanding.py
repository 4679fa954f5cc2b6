"""Type an operator's command, in a process of its own."""

import os
import subprocess
import sys

from tests.system.forms import ROOT

SURROUNDINGS = {
    "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",  # noqa: PTH120  # a link stays a link
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(ROOT),
}


def operate(*words, code=0, **more):
    """Type it; return what it said, also of what went wrong."""
    command = [sys.executable, "-m", "operations", *map(str, words)]
    env = {**SURROUNDINGS, **more}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stderr if code else done.stdout
