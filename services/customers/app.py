"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.config import Settings
from chassis.copies import original
from contracts.customers import ContactRestated, CustomerRestated
from services.customers.card import items
from services.customers.contacts.actions import readmit as readmit_contact
from services.customers.contacts.api import api as contacts
from services.customers.contacts.models import Contact
from services.customers.employees.api import api as employees
from services.customers.log.api import api as log
from services.customers.notes.actions import FORGET, forget
from services.customers.notes.api import api as notes
from services.customers.overview.api import api as overview
from services.customers.profile.actions import readmit
from services.customers.profile.api import api as profile
from services.customers.profile.api import departments
from services.customers.profile.models import Customer
from services.customers.reactions import on
from services.customers.tables import Base
from services.customers.tags.api import api as tags
from services.customers.tasks.api import api as tasks


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the customers service."""
    return service.build(
        settings or Settings.from_env("customers"),
        tables=Base.metadata,
        parts=[overview, profile, departments, employees, contacts, notes, tags, tasks, log],
        reactions=on,
        items=items,
        subject=Customer,
        due={FORGET: forget},
        originals=[
            original(Customer, CustomerRestated, readmit=readmit),
            original(Contact, ContactRestated, readmit=readmit_contact),
        ],
    )
