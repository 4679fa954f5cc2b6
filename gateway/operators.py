"""Say who runs the suite: operators see what is stuck in all programs, and parked events of every agency.

python -m gateway.operators                          list them
python -m gateway.operators --add ola@nordlys.no     somebody who can sign in is one from now on
python -m gateway.operators --remove ola@nordlys.no

Nobody becomes one over HTTP, and whoever's password or address an agency changes is none from then on.
"""

import argparse
import sys

from chassis import logs
from chassis.auth import calling
from chassis.db import reading, transaction
from gateway.app import create_app
from gateway.signin import actions


def change(email: str, *, operator: bool) -> None:
    """Make somebody an operator, or no longer; runs inside the application's context."""
    with calling(actions.NOBODY), transaction() as session:
        actions.appoint(session, email, operator=operator)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m gateway.operators", description=__doc__.splitlines()[0])
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--add", metavar="EMAIL")
    act.add_argument("--remove", metavar="EMAIL")
    options = parser.parse_args()
    logs.configure()
    app = create_app()
    try:
        with app.app_context():
            print(*told(options.add or options.remove, operator=bool(options.add)), sep="\n")  # noqa: T201  # the answer
    except actions.NoSuchAccount as error:
        sys.exit(error.title)
    finally:
        app.extensions["program"].close()


def told(email: str | None, *, operator: bool) -> list[str]:
    """Do what the command line says, and return who the operators are."""
    if email:
        change(email, operator=operator)
    with calling(actions.NOBODY), reading() as session:
        return actions.operators(session)


if __name__ == "__main__":
    main()
