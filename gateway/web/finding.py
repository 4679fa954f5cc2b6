"""What the command palette finds: customers, contacts and projects by a few letters, and what was opened last."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog
from flask import render_template, request
from sqlalchemy.exc import SQLAlchemyError

from chassis import auth
from chassis.auth import Caller
from chassis.db import transaction
from gateway.calls import ask_several
from gateway.items import OWNERS
from gateway.neighbours.clients import Answer, Unanswered
from gateway.preferences import actions as preferences
from gateway.web import frame
from gateway.web.forms import FORMS
from gateway.web.texts import gettext

MOST = 6  # hits of a kind
RANKED = 50  # hits of a kind, by name, among which the best are chosen
LONGEST = 100  # letters; the services refuse more
FIND_MS = 600  # who answers later than that is left out
SOURCES = {  # by group: service, path, and the right that finding there takes
    "customers": ("customers", "/customers", "customers:overview:read"),
    "contacts": ("customers", "/contacts", "customers:contacts:read"),
    "projects": ("recruitment", "/projects", "recruitment:projects:read"),
}

log = structlog.get_logger()

Groups = dict[str, list[dict[str, Any]] | None]  # None: nobody answered


def show() -> str:
    """Show what holds every word; without a word what was opened last, and what can be done."""
    sent, who = request.args.get("text", ""), auth.caller()
    text = "".join(each for each in sent if each.isprintable()).strip()[:LONGEST]
    customer = request.args.get("customer", type=UUID)
    return render_template(
        "find.html",
        sent=sent,
        text=text,
        words=text.casefold().split(),
        groups=_search(who, text) if text else {"recent": _others(customer)},
        customer={"id": customer} if customer else None,
        on_card=[key for key, service in OWNERS.items() if _has(who, key, service)],
        titles={name: gettext(form.title) for name, form in FORMS.items()},
    )


def _others(customer: UUID | None) -> list[dict[str, Any]]:
    """List what was opened last, without the card that somebody is looking at."""
    return [each for each in recent() if each["id"] != str(customer)][:MOST]


def keys() -> str:
    """Name the keys that open the palette on the machine that asks."""
    return "⌘K" if "Mac" in request.user_agent.string else "Ctrl K"


def recent() -> list[dict[str, Any]]:
    """List the customers opened last, as they are called today; who may no longer be seen is left out."""
    ids = frame.mine().recent
    if not ids:
        return []
    asked = {"recent": ("customers", f"/customers?{urlencode([('id', each) for each in ids])}")}
    found = _read(ask_several(auth.caller(), asked, FIND_MS)["recent"]) or []
    return sorted(found, key=lambda each: ids.index(each["id"]))


def opened(customer: UUID) -> None:
    """Remember that a card was opened; the card is worth more than that."""
    mine, looks_again = frame.mine(), request.headers.get("Sec-Fetch-Dest", "document") != "document"  # live.js does
    if looks_again or mine.recent[:1] == [str(customer)]:
        return
    try:
        with transaction() as session:
            preferences.remember(session, mine, customer)
    except SQLAlchemyError as error:
        log.warning("not remembered", error=repr(error))


def _search(who: Caller, text: str) -> Groups:
    query = urlencode({"text": text, "limit": RANKED})
    asked = {
        group: (service, f"{path}?{query}")
        for group, (service, path, right) in SOURCES.items()
        if who.may(right) and group not in who.disabled
    }
    answers = ask_several(who, asked, FIND_MS)
    return {group: _best(_read(answers[group]), text) for group in asked}


def _best(found: list[dict[str, Any]] | None, text: str) -> list[dict[str, Any]] | None:
    """Choose the best: whose name begins with what is typed, then who has it at the beginning of words.

    Among equals what is on a card that was opened lately comes first; the sort keeps the rest by name.
    """
    if found is None:
        return None
    lately = frame.mine().recent
    wanted = text.casefold()

    def rank(hit: dict[str, Any]) -> tuple[int, bool]:
        name = hit["name"].casefold()
        begun = all(any(word.startswith(each) for word in name.split()) for each in wanted.split())
        return 0 if name.startswith(wanted) else 1 if begun else 2, hit.get("customer_id", hit["id"]) not in lately

    return sorted(found, key=rank)[:MOST]


def _read(answer: Answer | Unanswered) -> list[dict[str, Any]] | None:
    """Read a list; what is none is as good as no answer."""
    if not isinstance(answer, Answer) or not answer.ok:
        return None
    try:
        return list(answer.json()["items"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return None


def _has(who: Caller, key: str, service: str) -> bool:
    """Tell whether an item is on the cards that somebody sees."""
    return key not in who.disabled and who.may(f"{service}:{key}:read")
