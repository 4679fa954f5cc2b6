"""The page of the CRM settings: which items are on the card."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from sqlalchemy import select

from chassis import auth
from chassis.db import reading, transaction
from chassis.errors import ChangedMeanwhile
from gateway.items import ALWAYS_ON, OWNERS
from gateway.switches import actions
from gateway.switches.models import Switchboard
from gateway.web.texts import say


def show(*, errors: dict[str, str] | None = None, values: list[str] | None = None, status: int = 200) -> Response:
    """Show the switches as they are, or as they were just set."""
    auth.demand("gateway:settings:read")
    with reading() as session:
        found = session.scalars(select(Switchboard)).one()
    form: dict[str, Any] = {
        "action": "/settings",
        "values": {"items": found.on if values is None else values},
        "errors": errors or {},
        "etag": f'"{found.version}"',
        "key": "",
        "always_on": ALWAYS_ON,
    }
    page = render_template("settings.html", form=form, saved="saved" in request.args)
    return make_response(page, status)


def save() -> Response:
    """Set the switches."""
    auth.demand("gateway:settings:write")
    wanted = request.form.getlist("items")
    off = [key for key in OWNERS if key not in {ALWAYS_ON, *wanted}]
    with transaction() as session:
        found = session.scalars(select(Switchboard)).one()
        current = request.form.get("etag") == f'"{found.version}"'
        if current:
            actions.switch(session, found, off)
    if not current:
        return show(errors={"": say(ChangedMeanwhile().title)}, values=wanted, status=412)
    return make_response(redirect("/settings?saved=1", 303))
