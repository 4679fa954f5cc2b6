"""Show a form, send what was typed to its service, and show it again when that refused."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Response, make_response, redirect, render_template, request

from chassis import auth
from chassis.clients import Answer
from gateway.calls import call
from gateway.web import problems
from gateway.web.choices import choices
from gateway.web.fields import body_of, typed_again, values_of
from gateway.web.forms import FORMS, Form
from gateway.web.texts import gettext


@dataclass
class Shown:
    """What the template of a form sees."""

    action: str
    title: str
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))
    current: dict[str, Any] = field(default_factory=dict)  # what somebody else stored meanwhile
    choices: dict[str, Any] = field(default_factory=dict)
    limit: str = ""


def show(name: str, customer: str | None, resource: str | None) -> Response:
    """Open a form with the present values."""
    form = FORMS[name]
    source = form.source(resource)
    if not source:
        return _render(name, customer, resource, Shown("", "", _beginnings(form)))
    answer = call(auth.caller(), form.service, "GET", _path(source, customer, resource))
    if not answer.ok:
        return _refused_page(answer)
    stored = answer.json()
    stored = stored.get("terms", stored)
    values = _beginnings(form) | values_of(form.fields, stored) | _beside(stored)
    return _render(name, customer, resource, Shown("", "", values, etag=answer.headers.get("ETag", "")))


def save(name: str, customer: str | None, resource: str | None) -> Response:
    """Send what was typed; on success say which items look different now."""
    form = FORMS[name]
    method, path = form.target(resource)
    body = body_of(form.fields, request.form)
    headers = {"If-Match": request.form.get("etag", "")}
    if method == "POST":
        headers = {"Idempotency-Key": request.form.get("idempotency_key") or str(uuid4())}
    sent = None if method == "DELETE" else _completed(name, body)
    answer = call(auth.caller(), form.service, method, _path(path, customer, resource), json=sent, headers=headers)
    if answer.ok:
        return saved(customer or answer.json()["id"], created=name == "customer_create")
    return again(name, customer, resource, answer)


def save_tags(customer: str) -> Response:
    """Put several tags on a customer, one after the other; the first that is refused stops there."""
    form = FORMS["tags"]
    path = _path(form.add, customer, None)
    for tag in body_of(form.fields, request.form)["name"] or [""]:
        answer = call(auth.caller(), form.service, "POST", path, json={"name": tag})
        if not answer.ok:
            return again("tags", customer, None, answer)
    return saved(customer)


def again(name: str, customer: str | None, resource: str | None, answer: Answer) -> Response:
    """Show the form with everything as it was typed, and what was wrong with it."""
    form = FORMS[name]
    problem = problems.read(answer)
    current = problem.get("current")
    shown = Shown(
        "", "", typed_again(form.fields, request.form),
        errors=problems.errors(problem, form.fields),
        etag=f'"{current["version"]}"' if current else request.form.get("etag", ""),
        key=request.form.get("idempotency_key") or str(uuid4()),
        current=values_of(form.fields, current) if current else {},
    )  # fmt: skip
    return _render(name, customer, resource, shown, answer.status)


def saved(customer: str, *, created: bool = False) -> Response:
    """Close the dialog, whereupon the card is looked at anew; a new customer's card is opened."""
    page = f"/customers/{customer}"
    if not request.headers.get("HX-Request"):
        return make_response(redirect(page, 303))
    if created:
        return Response(status=204, headers={"HX-Redirect": page})
    return Response(status=204)


def _completed(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Count the owner among the departments: nobody should have to tick it twice."""
    owner = body.get("owner") or body.get("owner_department")
    if owner and owner not in body.get("departments", [owner]):
        body["departments"] = [owner, *body["departments"]]
    if name in ("customer_create", "project", "communication", "contact"):  # what was left blank is left to the service
        return {field: value for field, value in body.items() if value not in (None, [])}
    return body


def _beginnings(form: Form) -> dict[str, Any]:
    return values_of(form.fields, {})


def _beside(stored: dict[str, Any]) -> dict[str, Any]:
    """Give what a form only shows."""
    return {"credit_limit": stored.get("approved_credit_limit"), "owner": stored.get("owner_department")}


def _path(template: str, customer: str | None, resource: str | None) -> str:
    return template.format(customer=customer, resource=resource)


def _render(name: str, customer: str | None, resource: str | None, shown: Shown, status: int = 200) -> Response:
    form = FORMS[name]
    place = f"/customers/{customer}/forms/{name}" if customer else "/customers/new"
    shown.action = f"{place}/{resource}" if resource else place
    shown.title = gettext(form.title_edit if resource and form.title_edit else form.title)
    shown.choices = choices(name, auth.caller(), customer, resource)
    about = {"id": customer} if customer else None
    return make_response(render_template(f"forms/{name}.html", form=shown, customer=about), status)


def _refused_page(answer: Answer) -> Response:
    problem = problems.read(answer)
    title = gettext(problem.get("title", ""))
    return make_response(render_template("error.html", title=title, status=answer.status), answer.status)
