"""What can be undone is done at once, without a question; the page says so and offers to take it back."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Response, make_response, render_template, request

from gateway.neighbours.clients import Answer
from gateway.web.fields import Typed, typed_again, values_of
from gateway.web.forms import FORMS
from gateway.web.merging import STORED, side
from gateway.web.texts import gettext

PLACE = "undo"  # where the page offers it; a form in a list aims there itself, for the list may be drawn anew meanwhile


def acted_on(thing: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what a form that is sent at once says of the thing: its version, and what taking it back needs."""
    form = FORMS[name]
    before = values_of(FORMS[form.undo].fields, thing) if form.undo else {}
    return {"etag": f'"{thing["version"]}"', **{f"{STORED}.{field}": value for field, value in before.items() if value}}


def offer(name: str, customer: str | None, resource: str | None, answer: Answer) -> Response | None:
    """Offer to take back what was done; nothing where that cannot be, or where it was itself a taking back."""
    form, before = FORMS[name], side(request.form, STORED)
    undoable = form.undo and request.headers.get("HX-Request") and "undoing" not in request.form
    if not undoable or not _can_go_back(name, before, answer):
        return None
    page = render_template(
        "undo.html",
        done=gettext(form.done),
        action=f"/customers/{customer}/forms/{form.undo}/{resource}",
        values=typed_again(FORMS[form.undo].fields, before),
        etag=answer.headers.get("ETag", ""),
        key=str(uuid4()),
    )
    response = make_response(page)
    if request.headers.get("HX-Target") != PLACE:  # sent from a dialog
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#{PLACE}", "innerHTML"
    return response


def _can_go_back(name: str, before: Typed, answer: Answer) -> bool:
    """Tell whether the way back is open: not every step of a project has one."""
    return name != "project_status" or before.get("status") in answer.json()["allowed"]
