"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.config import Settings
from services.invoicing.card import items
from services.invoicing.credit.api import limits, ratings
from services.invoicing.debtors.models import Debtor
from services.invoicing.economy.api import api as economy
from services.invoicing.fixed_lines.api import api as fixed_lines
from services.invoicing.reactions import on
from services.invoicing.tables import Base
from services.invoicing.terms.api import api as terms


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the invoicing service."""
    return service.build(
        settings or Settings.from_env("invoicing"),
        tables=Base.metadata,
        parts=[terms, fixed_lines, ratings, limits, economy],
        reactions=on,
        items=items,
        subject=Debtor,
    )
