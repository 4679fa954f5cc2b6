"""Found an agency: the first thing an operator does.

python -m gateway.bootstrap --name "Nordlys Bemanning" --admin "Ada Berg" --email ada@nordlys.no --department Bergen

The password is read from the terminal, or from standard input where there is none.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis import logs
from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.errors import Refused
from gateway.app import create_app
from gateway.directory import actions
from gateway.directory.models import Tenant
from gateway.switches.models import Switchboard


class Founded(NamedTuple):
    """What there is of a new agency."""

    tenant: UUID
    admin: UUID
    departments: dict[str, UUID]


def found_tenant(name: str, admin: str, email: str, password: str, departments: Sequence[str]) -> Founded:
    """Found an agency with its departments and its first administrator; runs inside the application's context."""
    suite = Caller(tenant=uuid7(), everywhere=True)
    with calling(suite), transaction() as session:
        session.add_all([Tenant(name=name), Switchboard(off=[])])
        opened = {each: actions.open_department(session, each).id for each in departments}
        first = actions.add_employee(session, admin, email, "admin", list(opened.values()), password=password)
    return Founded(suite.tenant, first.id, opened)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m gateway.bootstrap")
    parser.add_argument("--name", required=True)
    parser.add_argument("--admin", required=True, help="the first administrator's name")
    parser.add_argument("--email", required=True)
    parser.add_argument("--department", action="append", required=True, help="repeat it; the first one is home")
    options = parser.parse_args()
    logs.configure()
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with create_app().app_context():
        try:
            founded = found_tenant(options.name, options.admin, options.email, password, options.department)
        except Refused as error:
            sys.exit("; ".join(each["message"] for each in error.errors) or error.title)
    print(founded.tenant)  # noqa: T201  # the answer to whoever typed the command


if __name__ == "__main__":
    main()
