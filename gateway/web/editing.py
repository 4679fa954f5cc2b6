"""Show a form, send what was typed to its service, and show it again when that refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

from flask import Response, make_response, redirect, render_template, request

from chassis import auth
from chassis.errors import ChangedMeanwhile
from gateway.calls import call
from gateway.neighbours.clients import Answer
from gateway.web import merging, problems, undoing
from gateway.web.choices import choices
from gateway.web.fields import Typed, body_of, typed_again, values_of
from gateway.web.forms import FORMS, Form, template
from gateway.web.merging import STORED, Difference
from gateway.web.texts import gettext

MOST_TRIES = 3  # to be as fast as those who change something else


@dataclass
class Shown:
    """What the template of a form sees."""

    values: dict[str, Any]
    stored: dict[str, Any] = field(default_factory=dict)  # what stands there; the form carries it along
    differences: list[Difference] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))
    action: str = ""
    title: str = ""
    choices: dict[str, Any] = field(default_factory=dict)


def show(name: str, customer: str | None, resource: str | None) -> Response:
    """Open a form with the present values."""
    form = FORMS[name]
    source = form.source(resource)
    if not source:
        return _render(name, customer, resource, Shown(values_of(form.fields, {})))
    answer = call(auth.caller(), form.service, "GET", _path(source, customer, resource))
    if not answer.ok:
        return _refused_page(answer)
    stored = _read(form, answer.json())
    values = stored | {"credit_limit": answer.json().get("approved_credit_limit")}  # a form only shows it
    return _render(name, customer, resource, Shown(values, stored, etag=answer.headers.get("ETag", "")))


def save(name: str, customer: str | None, resource: str | None) -> Response:
    """Send what was typed; on success say so, and how to take it back."""
    fields = FORMS[name].fields
    typed = merging.merged(request.form, merging.carried(fields, request.form))
    answer, differences = _try(name, customer, resource, typed)
    if not answer.ok:
        return again(name, customer, resource, answer, typed, differences)
    offered = undoing.offer(name, customer, resource, answer)
    return offered or saved(customer or answer.json()["id"], created=name == "customer_create")


def save_tags(customer: str) -> Response:
    """Put several tags on a customer, one after the other; the first that is refused stops there."""
    form = FORMS["tags"]
    path = _path(form.add, customer, None)
    for tag in body_of(form.fields, request.form)["name"] or [""]:
        headers = {"Idempotency-Key": key_for(tag)}
        answer = call(auth.caller(), form.service, "POST", path, json={"name": tag}, headers=headers)
        if not answer.ok:
            return again("tags", customer, None, answer, request.form)
    return saved(customer)


def key_for(part: str) -> str:
    """Return the idempotency key of a *part* of a form: sent once more, the part that was taken is not taken twice."""
    key = request.form.get("idempotency_key") or str(uuid4())
    return f"{key}-{sha256(part.encode()).hexdigest()[:16]}"


def again(
    name: str, customer: str | None, resource: str | None, answer: Answer, typed: Typed,
    differences: Sequence[Difference] = (),
) -> Response:  # fmt: skip
    """Show the form with everything as it was typed, and what was wrong with it."""
    form = FORMS[name]
    current = _current(answer)
    stored = _read(form, current) if current else typed_again(form.fields, merging.side(request.form, STORED))
    shown = Shown(
        typed_again(form.fields, merging.merged(typed, differences)),
        stored if form.source(resource) else {},
        list(differences),
        errors=problems.errors(problems.read(answer), form.fields),
        etag=_etag(current) if current else request.form.get("etag", ""),
        key=request.form.get("idempotency_key") or str(uuid4()),
    )
    return _render(name, customer, resource, shown, answer.status)


def saved(customer: str, *, created: bool = False) -> Response:
    """Close the dialog, whereupon the card is looked at anew; a new customer's card is opened."""
    page = f"/customers/{customer}"
    if not request.headers.get("HX-Request"):
        return make_response(redirect(page, 303))
    if created:
        return Response(status=204, headers={"HX-Redirect": page})
    return Response(status=204)


def _try(name: str, customer: str | None, resource: str | None, typed: Typed) -> tuple[Answer, list[Difference]]:
    """Send what was typed, and again where the other changed nothing that stands in this form; say what did change."""
    form, etag = FORMS[name], request.form.get("etag", "")
    for _ in range(MOST_TRIES):
        answer = _send(name, customer, resource, typed, etag)
        current = _current(answer)
        if not current:
            return answer, merging.carried(form.fields, request.form)
        differences = merging.compare(form.fields, typed, _read(form, current))
        if differences or not form.fields:  # what is taken away unseen is not sent again
            break
        etag = _etag(current)
    return answer, differences


def _send(name: str, customer: str | None, resource: str | None, typed: Typed, etag: str) -> Answer:
    form = FORMS[name]
    method, path = form.target(resource)
    headers = {"If-Match": etag}
    if method == "POST":
        headers = {"Idempotency-Key": request.form.get("idempotency_key") or str(uuid4())}
    sent = _completed(name, typed) if method != "DELETE" and form.fields else None
    return call(auth.caller(), form.service, method, _path(path, customer, resource), json=sent, headers=headers)


def _current(answer: Answer) -> dict[str, Any]:
    """Return what somebody else stored meanwhile, where that is why the answer is no."""
    found = problems.read(answer).get("current") if answer.status == ChangedMeanwhile.status else None
    return found or {}


def _etag(current: Mapping[str, Any]) -> str:
    return f'"{current["version"]}"'


def _read(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Lay out what is stored; the owner has another name where it is read than where it is written."""
    return values_of(form.fields, {**stored, "owner": stored.get("owner_department")})


def _completed(name: str, typed: Typed) -> dict[str, Any]:
    """Count the owner among the departments, whom nobody should tick twice; leave out what was and is blank."""
    fields = FORMS[name].fields
    body = body_of(fields, typed)
    owner = body.get("owner") or body.get("owner_department")
    if owner and owner not in body.get("departments", [owner]):
        body["departments"] = [owner, *body["departments"]]
    before = body_of(fields, merging.side(request.form, STORED))
    return {each: value for each, value in body.items() if value not in (None, []) or value != before[each]}


def _path(template: str, customer: str | None, resource: str | None) -> str:
    return template.format(customer=customer, resource=resource)


def _render(name: str, customer: str | None, resource: str | None, shown: Shown, status: int = 200) -> Response:
    form = FORMS[name]
    place = f"/customers/{customer}/forms/{name}" if customer else "/customers/new"
    shown.action = f"{place}/{resource}" if resource else place
    shown.title = gettext(form.title_edit if resource and form.title_edit else form.title)
    shown.choices = choices(name, auth.caller(), customer, resource)
    about = {"id": customer} if customer else None
    page = render_template(template(name), form=shown, act=form, customer=about)
    return make_response(page, status)


def _refused_page(answer: Answer) -> Response:
    problem = problems.read(answer)
    title = gettext(problem.get("title", ""))
    return make_response(render_template("error.html", title=title, status=answer.status), answer.status)
