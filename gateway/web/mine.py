"""What people choose for themselves: the language, how dense the pages are, and the tour."""

from flask import Blueprint, Response, make_response, redirect, request

from chassis import auth
from chassis.db import transaction
from chassis.errors import Invalid
from gateway.calls import call
from gateway.preferences.actions import keep
from gateway.preferences.language import LANGUAGES, speak
from gateway.visitors import whoami
from gateway.web import frame

DENSITIES = ("compact", "normal", "roomy")


def install(blueprint: Blueprint) -> None:
    """Serve what stands in the menu under a person's name; the language a stranger can choose as well."""
    blueprint.add_url_rule("/language", "choose_language", choose_language, methods=["POST"])
    blueprint.add_url_rule("/density", "choose_density", choose_density, methods=["POST"])
    blueprint.add_url_rule("/tour", "tour", tour, methods=["POST"])


def choose_language() -> Response:
    """Speak Norwegian or English from now on, to an employee on every machine."""
    response, locale = _back(), request.form.get("locale", "")
    if locale not in LANGUAGES:
        raise Invalid({"locale": "This language is not spoken here."})
    if whoami(request):
        _keep(locale=locale)
    speak(response, locale)
    return response


def choose_density() -> Response:
    """Show more on a screen, or give it more room."""
    density = request.form.get("density", "")
    if density not in DENSITIES:
        raise Invalid({"density": "There is no such density."})
    _keep(density=density)
    return _back()


def tour() -> Response:
    """Show somebody round on a customer's card, or do not ask again."""
    _keep(toured=True)
    if "take" not in request.form:
        return _back()
    customer = request.form.get("customer") or _any_customer()
    return make_response(redirect(frame.own_path(f"/customers/{customer}?tour=1") if customer else "/help", 303))


def _keep(**chosen: object) -> None:
    with transaction() as session:
        keep(session, frame.me(), **chosen)


def _back() -> Response:
    """Show the page again on which it was chosen; the browser says which that was."""
    host, _, path = (request.referrer or "").partition("://")[2].partition("/")
    return make_response(redirect(frame.own_path(f"/{path}" if host == request.host else ""), 303))


def _any_customer() -> str:
    answer = call(auth.caller(), "customers", "GET", "/customers", query={"limit": "1"})
    found = answer.json()["items"] if answer.ok else []
    return str(found[0]["id"]) if found else ""
