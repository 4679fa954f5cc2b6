"""The pages people see."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from chassis import auth
from chassis.auth import Unauthenticated
from chassis.db import reading, transaction
from chassis.errors import Refused
from gateway.card.compose import compose
from gateway.items import COLUMNS
from gateway.layout import actions as layout
from gateway.layout.actions import Arrangement
from gateway.live import api as live
from gateway.signin import actions as signin
from gateway.signin import cookie
from gateway.signin.api import begin
from gateway.visitors import look_up
from gateway.web import (
    assets,
    customers,
    editing,
    files,
    finding,
    frame,
    mine,
    operations,
    settings,
    texts,
    trouble,
    undoing,
)
from gateway.web.forms import FORMS
from gateway.web.guide import KEYS, TERMS, TOUR
from gateway.web.help import explained
from gateway.web.sentences import happened

web = Blueprint("pages", __name__, template_folder="templates")

BUTTONS = ("contacts", "economy", "offers", "files", "dialog", "calendar", "inquiries", "projects", "recruitment",
           "logged_work")  # fmt: skip
OPEN = ("pages.sign_in", "pages.sign_in_form", "pages.static", "pages.choose_language")

assets.install(web)
customers.install(web)
mine.install(web)
trouble.install(web)
web.context_processor(frame.context)
web.add_app_template_filter(happened)
web.add_app_template_filter(explained)
web.add_app_template_filter(undoing.acted_on)
web.add_app_template_global(finding.recent, "recent_customers")
web.add_app_template_global(finding.keys, "palette_keys")


@web.before_request
def look_who_is_there() -> Response | None:
    """Show nothing to somebody who is not signed in."""
    if request.endpoint in OPEN:
        return None
    try:
        auth.caller()
    except Unauthenticated:
        return frame.to_sign_in()
    return None


@web.get("/sign-in")
def sign_in_form() -> str:
    """Ask for e-mail and password."""
    return render_template("sign_in.html", email="", error=None, next=request.args.get("next", ""))


@web.post("/sign-in")
def sign_in() -> Response:
    """Begin a session."""
    email, then = request.form.get("email", ""), request.form.get("next", "")
    try:
        token = signin.sign_in(email, request.form.get("password", ""), request.remote_addr or "")
    except Refused as error:
        page = render_template("sign_in.html", email=email, error=texts.say(error.title), next=then)
        return make_response(page, error.status)
    return begin(token, look_up(token), make_response(redirect(frame.own_path(then), 303)))


@web.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    signin.sign_out(cookie.sent(request) or "")
    response = make_response(redirect("/sign-in", 303))
    cookie.take_back(response)
    return response


@web.get("/")
def front() -> Response:
    """Begin with the customers."""
    return make_response(redirect("/customers"))


@web.get("/find")
def find() -> str:
    """Find customers, contacts, projects and what can be done: for the palette where htmx asks, else as a page."""
    return finding.show()


@web.get("/help")
def guide() -> str:
    """Explain the card: the user guide as a page."""
    return render_template("help.html", tour=TOUR, columns=COLUMNS, buttons=BUTTONS, terms=TERMS, keys=KEYS)


@web.route("/customers/new", methods=["GET", "POST"])
def new_customer() -> Response:
    """Register a customer."""
    if request.method == "GET":
        return editing.show("customer_create", None, None)
    return editing.save("customer_create", None, None)


@web.get("/customers/<uuid:customer_id>")
def card(customer_id: UUID) -> str:
    """Show all that is known of a customer."""
    return _card(customer_id, None)


@web.get("/customers/<uuid:customer_id>/items/<key>")
def item(customer_id: UUID, key: str) -> str:
    """Show one item: alone where htmx asks for it, else on the card."""
    found = compose(auth.caller(), customer_id)
    if key not in found["order"]:
        abort(404)
    if not request.headers.get("HX-Request"):
        return _card(customer_id, key)
    page = {"item": found["items"][key], "key": key, "customer": _customer(found), "layout": _layout()}
    return render_template(f"items/{key}.html", **page, **files.beside(key, customer_id))


@web.post("/customers/<uuid:customer_id>/arrange")
def arrange(customer_id: UUID) -> Response:
    """Fold or move an item, for oneself."""
    act, _, key = request.form.get("act", "").partition(":")
    with transaction() as session:
        layout.arrange(session, frame.me(), act, key)
    more = "?arrange=1" if request.form.get("arranging") else ""
    return make_response(redirect(f"/customers/{customer_id}{more}", 303))


@web.get("/customers/<uuid:customer_id>/live")
def listen(customer_id: UUID) -> Response:
    """Tell the browser whenever something on the card changes."""
    return live.listen(customer_id)


def _card(customer_id: UUID, key: str | None) -> str:
    found = compose(auth.caller(), customer_id)
    finding.opened(customer_id)
    buttons = [each for each in BUTTONS if each in found["order"]]
    return render_template(
        "card.html",
        customer=_customer(found),
        items=found["items"],
        order=found["order"],
        buttons=buttons,
        open=key,
        as_of=found["as_of"],
        layout=_layout(),
        arranging="arrange" in request.args,
        tour=TOUR if "tour" in request.args else (),
        **files.beside(key, customer_id),
    )


def _layout() -> Arrangement:
    with reading() as session:
        return layout.arrangement(session, frame.me())


def _customer(found: dict[str, Any]) -> dict[str, Any]:
    """Return the customer's own facts; when customers is silent, at least whose card it is."""
    general: dict[str, Any] | None = found["items"].get("general", {}).get("data")
    return general or {"id": found["customer"], "name": texts.gettext("Customer"), "number": "–"}


@web.route("/customers/<uuid:customer_id>/forms/<name>", methods=["GET", "POST"])
@web.route("/customers/<uuid:customer_id>/forms/<name>/<uuid:resource>", methods=["GET", "POST"])
def form(customer_id: UUID, name: str, resource: UUID | None = None) -> Response:
    """Open a form, or send it."""
    customer, about = str(customer_id), str(resource) if resource else None
    if name == "files":
        return files.show(customer) if request.method == "GET" else files.save(customer)
    if name not in FORMS or name == "customer_create":
        abort(404)
    if request.method == "GET":
        return editing.show(name, customer, about)
    if name == "tags":
        return editing.save_tags(customer)
    return editing.save(name, customer, about)


@web.get("/customers/<uuid:customer_id>/files/<uuid:file_id>")
def download(customer_id: UUID, file_id: UUID) -> Response:
    """Hand a file on."""
    return files.download(customer_id, file_id)


@web.route("/settings", methods=["GET", "POST"])
def crm_settings() -> Response:
    """Switch items of the card on and off."""
    return settings.show() if request.method == "GET" else settings.save()


@web.get("/operations")
def run_the_suite() -> str:
    """Show operators whether anything is stuck, and what is parked."""
    return operations.show()


@web.get("/operations/programs")
def operated_programs() -> str:
    """Show how the programs stand, alone."""
    return operations.programs()


@web.get("/operations/programs/<name>")
def operated_program(name: str) -> str:
    """Show one program's loops and timers."""
    return operations.program(name)


@web.get("/operations/parked/<name>/<int:parked_id>")
def parked_message(name: str, parked_id: int) -> str:
    """Show a parked message."""
    return operations.message(name, parked_id)


@web.route("/operations/redrive", methods=["GET", "POST"])
def redrive() -> Response:
    """Show what would be tried again, and have it tried."""
    return operations.plan() if request.method == "GET" else operations.redrive()
