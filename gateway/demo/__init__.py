"""The first sign-in of an embedded suite, and demo data made through the public API."""

import json
import random
import secrets
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from stdnum.no import orgnr

from chassis import events
from chassis.program import Program
from chassis.tables import now, today
from contracts.integration import InvoiceImported
from gateway import operators
from gateway.bootstrap import found_tenant
from gateway.demo import agency
from gateway.demo.client import Api, Refused
from gateway.signin.actions import NoSuchAccount

PLACE = UUID("018f3b1e-7c00-7000-8000-0000000000d0")  # the demo's own ids are made from this one
DOMAIN = "nordvik.example"
Announce = Callable[[bytes], None]


@dataclass(frozen=True)
class SignIn:
    """What the first administrator signs in with."""

    email: str
    password: str
    tenant: str


def sign_in(gateway: Program, data: Path) -> SignIn:
    """Found the agency at the first start; the password is made here and kept in the data folder.

    Whoever starts a suite on his own machine runs it, too: he is an operator.
    """
    path = data / "sign-in.json"
    if not path.exists():
        email, password = _address(agency.EMPLOYEES[0][0]), "-".join(secrets.token_hex(2) for _ in range(4))
        with gateway.app.app_context():
            founded = found_tenant(agency.AGENCY, agency.EMPLOYEES[0][0], email, password, agency.DEPARTMENTS)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"email": email, "password": password, "tenant": str(founded.tenant)}))
    found = SignIn(**json.loads(path.read_text()))
    with suppress(NoSuchAccount), gateway.app.app_context():  # the address was changed: let it be
        operators.change(found.email, operator=True)
    return found


def _address(name: str) -> str:
    plain = name.casefold().replace(" ", ".").translate(str.maketrans("æøå", "eoa"))
    return f"{plain}@{DOMAIN}"


def fill(address: str, who: SignIn, data: Path, announce: Announce) -> None:
    """Make the demo agency's customers, once; what was begun is finished at the next start."""
    done = data / "demo-data"
    if done.exists():
        return
    try:
        api = Api(address, who.email, who.password)
        made = Demo(api, announce, who).make()
    except (Refused, OSError) as error:
        print(f"  The demo data could not be made: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return
    done.write_text(f"{made}\n")
    print(f"  demo data  {made} customers\n", flush=True)  # noqa: T201


class Demo:
    """Makes everything from one seed, so that every demo is the same."""

    def __init__(self, api: Api, announce: Announce, who: SignIn) -> None:
        self.api = api
        self.announce = announce
        self.who = who
        self.me = api.get("/api/session")["id"]
        self.dice = random.Random(2026)  # noqa: S311  # plausible, not secret
        self.colleagues: dict[str, list[str]] = defaultdict(list)
        self.departments = {each["name"]: each["id"] for each in api.get("/api/directory/departments")["items"]}

    def make(self) -> int:
        """Make employees, then customers; return how many customers."""
        for name, role, departments in agency.EMPLOYEES[1:]:
            body = {
                "name": name, "email": _address(name), "role": role, "password": self.who.password,
                "departments": [self.departments[each] for each in departments],
            }  # fmt: skip
            self.colleagues[departments[0]].append(self.api.post("/api/directory/employees", body)["id"])
        count = 0
        for index in range(5):
            for trade, names in agency.NAMES.items():
                self._customer(count, trade, names[index])
                count += 1
        return count

    def _customer(self, number: int, trade: str, name: str) -> None:
        home = agency.DEPARTMENTS[number % 3]
        code, place = self.dice.choice(agency.PLACES[home])
        street = f"{self.dice.choice(agency.STREETS)} {self.dice.randint(1, 90)}"
        industry_code, industry = agency.INDUSTRIES[trade]
        site = f"{name.split(maxsplit=1)[0].casefold()}.example".translate(str.maketrans("æøå", "eoa"))
        address = {"line1": street, "postal_code": code, "place": place, "country": "NO"}
        body = {
            "name": name,
            "org_number": _org_number(number),
            "type": self.dice.choices(("customer", "prospect", "former_customer"), (7, 3, 1))[0],
            "email": f"post@{site}",
            "phone": f"22{self.dice.randint(100000, 999999)}",
            "website": f"https://{site}",
            "visiting": address,
            "industry": {"code": industry_code, "standard": "SN2007", "name": industry},
            "departments": [self.departments[home]],
        }
        customer = self.api.post("/api/customers/customers", body)
        self._duties(customer["id"], number, home)
        self._people(customer["id"], site)
        self._history(customer["id"], number, address, site)

    def _duties(self, customer: str, number: int, home: str) -> None:
        team = self.colleagues[home]
        roles = [(team[number % len(team)], "responsible"), (team[(number + 1) % len(team)], "recruiter")]
        if number % 4 == 1:
            roles.append((self.me, "seller"))
        for employee, role in roles:
            body = {"employee": employee, "role": role, "valid_from": "2026-01-01"}
            self.api.post(f"/api/customers/customers/{customer}/employees", body)
        for title, days, priority in agency.TASKS[: number % 4]:
            due = (today() + timedelta(days=days)).isoformat()
            body = {"title": title, "due": due, "priority": priority, "assignee": team[number % len(team)]}
            self.api.post(f"/api/customers/customers/{customer}/tasks", body)

    def _people(self, customer: str, site: str) -> None:
        for name in self.dice.sample(agency.PEOPLE, self.dice.randint(1, 3)):
            body = {
                "name": name,
                "title": self.dice.choice(agency.TITLES),
                "email": f"{_address(name).partition('@')[0]}@{site}",
                "mobile": f"9{self.dice.randint(1000000, 9999999)}",
            }
            self.api.post(f"/api/customers/customers/{customer}/contacts", body)

    def _history(self, customer: str, number: int, address: dict[str, Any], site: str) -> None:
        base = f"/api/customers/customers/{customer}"
        for text in self.dice.sample(agency.NOTES, self.dice.randint(0, 2)):
            self.api.post(f"{base}/notes", {"text": text, "pinned": self.dice.random() < 0.2})  # noqa: PLR2004
        for tag in self.dice.sample(agency.TAGS, self.dice.randint(1, 3)):
            self.api.post(f"{base}/tags", {"name": tag})
        terms = {"invoice_address": address, "invoice_type": "email_attachment", "invoice_emails": [f"faktura@{site}"]}
        self.api.patch(f"/api/invoicing/customers/{customer}/invoice-information", terms)
        self._dealings(customer)
        if number % 4 == 0:
            path = f"/api/files/customers/{customer}/files?name=Rammeavtale%202026.txt"
            self.api.upload(path, f"Rammeavtale om innleie\n\n{address['line1']}, {address['place']}\n".encode())
        for raw in self._invoices(customer, number):
            self.announce(raw)

    def _dealings(self, customer: str) -> None:
        for kind, direction, subject, text in self.dice.sample(agency.DIALOG, self.dice.randint(1, 3)):
            happened = now() - timedelta(days=self.dice.randint(1, 200), hours=self.dice.randint(0, 8))
            body = {"kind": kind, "direction": direction, "subject": subject, "body": text, "happened_at": happened}
            self.api.post(f"/api/dialog/customers/{customer}/communications", events.plain(body))
        for name, kind, status in self.dice.sample(agency.PROJECTS, self.dice.randint(0, 2)):
            body = {"name": name, "type": kind, "status": status, "starts_on": "2026-09-01", "value": "240000.00"}
            self.api.post(f"/api/recruitment/customers/{customer}/projects", body)

    def _invoices(self, customer: str, number: int) -> Iterator[bytes]:
        """Bring along the invoices of the old system, as an integrator would."""
        for index in range(self.dice.randint(0, 14)):
            issued = (now() - timedelta(days=self.dice.randint(1, 700))).date()
            net = Decimal(self.dice.randint(80, 2400)) * 100
            vat, due = net / 4, issued + timedelta(days=14)
            paid = due < now().date() - timedelta(days=20) or self.dice.random() < 0.5  # noqa: PLR2004
            invoice = InvoiceImported(
                **self._invoice(
                    customer, f"{number:02}{index:02}", issued, due, net, vat, net + vat if paid else Decimal(0)
                )
            )
            yield self._wrapped(invoice, f"{number}/{index}")

    def _invoice(self, customer: str, tail: str, *rest: Any) -> dict[str, Any]:
        issued, due, net, vat, paid = rest
        return {
            "customer_id": UUID(customer), "invoice_id": uuid5(PLACE, tail), "number": f"A{tail}", "issued_on": issued,
            "due_on": due, "net": net, "vat": vat, "gross": net + vat, "paid": paid,
            "paid_on": due if paid else None,
        }  # fmt: skip

    def _wrapped(self, event: InvoiceImported, place: str) -> bytes:
        envelope = events.Envelope(
            id=uuid5(PLACE, f"event {place}"),
            type=events.name_of(InvoiceImported),
            schema_version=1,
            time=datetime.combine(event.issued_on, datetime.min.time(), UTC),
            tenant=UUID(self.who.tenant),
            aggregate=f"invoice/{event.invoice_id}",
            aggregate_version=1,
            data=events.dump(event),
            customer=event.customer_id,
        )
        return events.write(envelope).encode()


def _org_number(number: int) -> str:
    """Make a number with a right check digit from the range that is never given to companies."""
    stem = 80000000 + number * 137
    return next(text for text in (f"{(stem + step):08}{digit}" for step in range(20) for digit in range(10))
                if orgnr.is_valid(text))  # fmt: skip
