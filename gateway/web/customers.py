"""The list of customers: found, sorted, with the columns and the saved searches of whoever looks."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from chassis import auth
from chassis.db import transaction
from chassis.errors import Refused
from gateway.calls import call
from gateway.neighbours.clients import Answer
from gateway.preferences import columns, filters
from gateway.web import frame, problems
from gateway.web.editing import Shown
from gateway.web.texts import gettext, say

TYPES = ("prospect", "customer", "former_customer", "supplier", "own_company", "other")
SORTS = {
    "name": ("name", "-name"),
    "number": ("number", "-number"),
    "updated_at": ("-updated_at", "updated_at"),
}  # what the list can be sorted by, and in which direction first
SERVER_FAULT = 500


def install(blueprint: Blueprint) -> None:
    """Give the list, and what is chosen about it, their addresses."""
    blueprint.add_url_rule("/customers", "customers", show)
    blueprint.add_url_rule("/customers/tags", "customer_tags", suggest_tags)
    blueprint.add_url_rule("/customers/columns", "customer_columns", choose_columns, methods=["POST"])
    blueprint.add_url_rule("/customers/filters", "customer_filter", filter_form)
    blueprint.add_url_rule("/customers/filters", "save_customer_filter", save_filter, methods=["POST"])
    blueprint.add_url_rule("/customers/filters/forget", "forget_customer_filter", forget_filter, methods=["POST"])


def show() -> Response:
    """List and find customers; what is wrong with the question, or who is away, the page says itself."""
    sent = {name: request.args.get(name, "").strip() for name in (*filters.KNOWN, "cursor")}
    asked = {name: value for name, value in sent.items() if value}
    who = auth.caller()
    answer = call(who, "customers", "GET", "/customers", query=asked)
    page = render_template(
        "customers.html",
        found=answer.json() if answer.ok else {"items": [], "next": None},
        asked=asked,
        narrowed=not asked.keys().isdisjoint(filters.NARROWING),
        query=filters.query_of(asked),
        address=lambda **more: _address({**asked, **more}),
        errors=_errors(answer),
        away=answer.status >= SERVER_FAULT,
        types=TYPES,
        own_search=_own_search(),
        columns=columns.offered(who),
        shown=columns.shown(frame.mine(), who),
        sorts=SORTS,
        gone=None,
    )
    return make_response(page, 200 if request.headers.get("HX-Request") else answer.status)  # htmx shows no other


def suggest_tags() -> str:
    """Offer the tags that contain what is typed, as the options of the field."""
    answer = call(auth.caller(), "customers", "GET", "/tags", query={"text": request.args.get("tag", "")})
    return render_template("customers/tags.html", tags=answer.json()["items"] if answer.ok else [])


def choose_columns() -> Response:
    """Show the columns that are ticked, or those that everybody begins with."""
    chosen = None if request.form.get("act") == "reset" else request.form.getlist("columns")
    with transaction() as session:
        columns.choose(session, frame.me(), chosen)
    return make_response(redirect(_back(), 303))


def filter_form() -> Response:
    """Ask for the name of a search."""
    return _form("", filters.query_of(request.args), {})


def save_filter() -> Response:
    """Keep a search under a name, and show it."""
    name, query = request.form.get("name", ""), request.form.get("query", "")
    try:
        with transaction() as session:
            made = filters.save(session, frame.me(), name, query)
    except Refused as error:
        wrong = {each["field"]: say(each["message"]) for each in error.errors} or {"": say(error.title)}
        return _form(name, query, wrong, error.status)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": _back()})
    return make_response(redirect(f"/customers?{made['query']}", 303))


def forget_filter() -> Response:
    """Delete a saved search, and offer to undo that."""
    with transaction() as session:
        gone = filters.forget(session, frame.me(), request.form.get("name", ""))
    if not request.headers.get("HX-Request"):
        return make_response(redirect(_back(), 303))
    here = filters.query_of(filters.read(urlsplit(_back()).query))
    return make_response(
        render_template("customers/saved.html", gone=gone, query=here, own_search=_own_search(), address=_back)
    )


def _form(name: str, query: str, errors: dict[str, str], status: int = 200) -> Response:
    action, title = "/customers/filters", gettext("Save the search")
    form = Shown({"name": name, "query": query}, errors=errors, action=action, title=title)
    page = render_template("forms/customer_filter.html", form=form, asked=filters.read(query))
    return make_response(page, status)


def _address(asked: dict[str, Any]) -> str:
    wanted = urlencode({name: value for name, value in asked.items() if value})
    return f"/customers?{wanted}" if wanted else "/customers"


def _back() -> str:
    """Return where the list stands that somebody chose something at."""
    here = request.headers.get("HX-Current-URL") or request.form.get("next", "")
    return _address(filters.read(urlsplit(here).query, "cursor"))


def _own_search() -> str:
    """Return the search for the customers whom whoever looks works with, where the list may be narrowed to them."""
    return filters.query_of({"employee": str(frame.me())}) if auth.caller().sees("customers", "employees") else ""


def _errors(answer: Answer) -> dict[str, str]:
    """Say what is wrong with the question, or that the service is away."""
    if answer.ok:
        return {}
    problem = problems.read(answer)
    said = {each["field"]: say(each["message"]) for each in problem.get("errors", [])}
    return said or {"": say(problem.get("title", ""))}
