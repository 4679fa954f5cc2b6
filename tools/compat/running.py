"""A release at work: its programs in a process of their own, which imports that release's code and no other."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

INSIDE = Path(__file__).with_name("inside.py")
PATIENCE = 10  # seconds to end in good order


class ReleaseFailed(RuntimeError):
    """The code of a release raised; its traceback follows."""


class Running:
    """Tell a release's programs what to do: ``running.do("tell", raw=...)``; see ``inside.Programs``."""

    def __init__(self, process: "subprocess.Popen[str]", errors: Path) -> None:
        self._process, self._errors = process, errors
        self._begun = 0  # things whose answer nobody has read yet

    def do(self, act: str, **arguments: Any) -> Any:
        """Have one thing done and return what came of it."""
        self.begin(act, **arguments)
        answers = [self._answer() for _ in range(self._begun)]
        if failed := [answer["failed"] for answer in answers if "failed" in answer]:
            raise ReleaseFailed(failed[0])
        return answers[-1]["done"]

    def begin(self, act: str, **arguments: Any) -> None:
        """Have one thing done while others are; how it ended the next ``do`` will tell."""
        assert self._process.stdin
        self._begun += 1
        with suppress(BrokenPipeError):
            print(json.dumps({"act": act, "with": arguments}), file=self._process.stdin, flush=True)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        self._begun -= 1
        line = self._process.stdout.readline()
        if not line:
            raise ReleaseFailed(f"The process ended.\n{self._errors.read_text()[-4000:]}")
        return dict(json.loads(line))

    def end(self) -> None:
        """Close its ears: it ends by itself, and at once when it does not."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


@contextmanager
def running(tree: Path, environments: Mapping[str, Mapping[str, str]], leash: Sequence[str] = ()) -> Iterator[Running]:
    """Start the programs named in *environments* from the code in *tree*; *leash* ends them with their parent."""
    surroundings = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(prefix="kundekort-") as folder:
        errors = Path(folder) / "errors"
        with errors.open("w") as log:
            process = subprocess.Popen(
                [*leash, sys.executable, "-P", str(INSIDE)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=tree, env=surroundings, text=True,
            )  # fmt: skip
        found = Running(process, errors)
        try:
            found.begin("start", environments=environments)
            yield found
        finally:
            found.end()
