"""A Flask app with nothing in it, under the same server as our programs: ``python -m benchmarks.bare 8080``."""

import sys
from typing import Any

from flask import Flask

from chassis.web import Web

app = Flask("bare")


@app.get("/")
def hello() -> dict[str, str]:
    """Say as little as an API can say."""
    return {"hello": "world"}


class Bare(Web):
    """The server around it."""

    def load(self) -> Any:
        """Serve what is not a program of ours."""
        return app


if __name__ == "__main__":
    Bare("bare", int(sys.argv[1]), 1).run()
