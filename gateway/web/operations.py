"""The page of those who run the suite: is anything stuck, what is parked, and trying it again."""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from flask import Response, abort, make_response, redirect, render_template, request

from chassis import auth
from chassis.errors import NotFound
from chassis.operations.pulse import AWAY
from chassis.tables import now
from gateway import operations
from gateway.operations import Heard
from gateway.web.texts import gettext, say

LATE = 60.0  # seconds that an event may wait in an outbox
UNSEEN = 60.0  # seconds in which a loop is seen
SHOWN = 50  # parked messages of a program
REMEMBERED = 60  # entries of a program's history; several are one act
HISTORY = 20  # acts that are shown
LONGEST_REASON = 500
PICK = re.compile(r"(?P<program>[a-z]+)\.(?P<id>[0-9]{1,18})")
LOOPS = ("relay", "consumer", "retries", "timers")


class Row(NamedTuple):
    """One program in the table."""

    name: str
    found: dict[str, Any] | None
    why: str
    loops: dict[str, float]  # seconds since each was last seen going round, by any worker
    troubles: list[tuple[str, Any]]


def show() -> str:
    """Show it all."""
    auth.demand_operator()
    rows, only = _rows(), request.args.get("program", "")
    reachable = [row.name for row in rows if row.found]
    wanted = [only] if only in reachable else [row.name for row in rows if row.found and row.found["inbox_parked"]]
    parked = operations.parked(wanted, SHOWN, request.args.get("cursor") if only else None)
    lists = {"parked": _messages(parked), "following": _following(parked)}
    acts = _acts(operations.history(reachable, REMEMBERED))
    return render_template("operations.html", **_table(rows), **lists, history=acts, only=only, seen=_seen(rows))


def programs() -> str:
    """Show the table alone; it asks for itself again and again."""
    auth.demand_operator()
    rows = _rows()
    only = request.args.get("only", "")
    return render_template("operations/programs.html", **_table(rows), news=_news(_seen(rows)), only=only)


def program(name: str) -> str:
    """Show the loops and timers of one program."""
    auth.demand_operator()
    heard = operations.standing().get(name)
    if heard is None:
        raise NotFound(name)
    return render_template("operations/program.html", name=name, heard=heard)


def message(name: str, parked_id: int) -> str:
    """Show a parked message with its bytes."""
    auth.demand_operator()
    heard = operations.message(name, parked_id)
    if heard.why == str(NotFound.status):
        raise NotFound(f"parked message {parked_id} of {name}")
    return render_template("operations/message.html", name=name, heard=heard)


def plan() -> Response:
    """Show what would be tried again, before it is: some messages (``pick=customers.12``), or all of a program."""
    auth.demand_operator()
    wanted: dict[str, dict[str, Any]] = {name: {"ids": ids} for name, ids in _picked(request.args).items()}
    if not wanted and (name := request.args.get("program")):
        if name not in operations.PROGRAMS:
            raise NotFound(name)
        wanted = {name: {"all": True}}
    return _shown(wanted, _form(str(uuid4())))


def redrive() -> Response:
    """Have exactly that tried again which was shown."""
    auth.demand_operator()
    picked, why = _picked(request.form), request.form.get("reason", "").strip()
    form = _form(request.form.get("idempotency_key") or str(uuid4()), why)
    if not picked or not 0 < len(why) <= LONGEST_REASON:
        form["errors"] = {"reason": say(f"At most {LONGEST_REASON} characters." if why else "Say why.")}
        return _shown({name: {"ids": ids} for name, ids in picked.items()}, form, 422)
    failed = [name for name, ids in picked.items() if not _tried(name, ids, why, form["key"])]
    if failed:
        said = gettext("Not everything could be done. These programs did not answer as they should:")
        form["errors"] = {"": f"{said} {', '.join(failed)}"}
        form["kept"] = {name: picked[name] for name in failed}  # they were shown before, and need not answer now
        return _shown({name: {"ids": picked[name]} for name in failed}, form, 409)
    if not request.headers.get("HX-Request"):
        return make_response(redirect("/operations", 303))
    return Response(status=204, headers={"HX-Trigger": "changed-operations"})


def _tried(name: str, ids: list[int], why: str, key: str) -> bool:
    return operations.redrive(name, {"ids": ids, "reason": why}, key).found is not None


def _form(key: str, why: str = "") -> dict[str, Any]:
    title = gettext("Try again")
    values = {"reason": why}
    return {"action": "/operations/redrive", "title": title, "key": key, "values": values, "errors": {}, "kept": {}}


def _shown(wanted: Mapping[str, Any], form: dict[str, Any], status: int = 200) -> Response:
    plans = {name: operations.redrive(name, {**which, "dry_run": True}) for name, which in wanted.items()}
    count = sum(len(heard.found["items"]) for heard in plans.values() if heard.found)
    return make_response(render_template("operations/redrive.html", form=form, plans=plans, count=count), status)


def _picked(sent: Any) -> dict[str, list[int]]:
    """Read which messages were chosen in which program."""
    picked: dict[str, list[int]] = {}
    for pick in sent.getlist("pick"):
        place = PICK.fullmatch(pick)
        if place is None or place["program"] not in operations.PROGRAMS:
            abort(400)
        picked.setdefault(place["program"], []).append(int(place["id"]))
    return picked


def _rows() -> list[Row]:
    return [_row(name, heard) for name, heard in operations.standing().items()]


def _row(name: str, heard: Heard) -> Row:
    if heard.found is None:
        return Row(name, None, heard.why, {}, [("silent", heard.why)])
    loops: dict[str, float] = {}
    for sign in heard.found["loops"]:
        loops[sign["name"]] = min(loops.get(sign["name"], sign["seconds"]), sign["seconds"])
    return Row(name, heard.found, "", loops, _troubles(heard.found, loops))


def _troubles(found: Mapping[str, Any], loops: Mapping[str, float]) -> list[tuple[str, Any]]:
    """Say what somebody should look at, the worst first."""
    away = [sign for sign in found["loops"] if sign["state"] == AWAY and sign["seconds"] < UNSEEN]
    failing = sum(timer["failing"] for timer in found["timers"])
    suspects: list[tuple[bool, str, Any]] = [
        (not loops, "no worker", None),
        *((seconds > UNSEEN, "unseen", (loop, seconds)) for loop, seconds in loops.items() if loop in LOOPS),
        (bool(away), "no broker", None),
        (found["outbox_age_seconds"] > LATE, "late", found["outbox_age_seconds"]),
        (found["inbox_parked"] > 0, "parked", found["inbox_parked"]),
        (failing > 0, "failing", failing),
    ]
    return [(kind, value) for holds, kind, value in suspects if holds]


def _table(rows: list[Row]) -> dict[str, Any]:
    return {"rows": rows, "loops": LOOPS, "troubled": [row for row in rows if row.troubles], "as_of": now()}


def _seen(rows: list[Row]) -> str:
    """Sum up what is parked, to tell whether there is something else to show by now."""
    found = {row.name: row.found for row in rows if row.found}
    return " ".join(f"{name}.{each['inbox_parked']}.{each['inbox_last_parked_at']}" for name, each in found.items())


def _news(current: str) -> str | None:
    """Return what the page is to be told: that something else is parked by now, that it is no longer so, or nothing."""
    seen, told = request.args.get("seen", ""), request.args.get("told")
    if current == seen:
        return "" if told else None
    return None if current == told else current


def _messages(parked: Mapping[str, Heard]) -> list[dict[str, Any]]:
    """Join what is parked in several programs, the latest first."""
    found = [
        {**each, "program": name} for name, heard in parked.items() if heard.found for each in heard.found["items"]
    ]
    return sorted(found, key=lambda each: str(each["parked_at"]), reverse=True)


def _following(parked: Mapping[str, Heard]) -> dict[str, str]:
    """Return where the list of each program goes on that is longer than what is shown."""
    more = {name: heard.found["next"] for name, heard in parked.items() if heard.found and heard.found["next"]}
    return {
        name: f"/operations?{urlencode({'program': name, 'cursor': cursor})}#parked" for name, cursor in more.items()
    }


def _acts(history: Mapping[str, Heard]) -> list[dict[str, Any]]:
    """Put together what was tried again at once, the latest first."""
    found = [
        {**each, "program": name} for name, heard in history.items() if heard.found for each in heard.found["items"]
    ]
    acts = [list(entries) for _, entries in groupby(found, key=lambda each: (each["program"], each["act"]))]
    told = [{**act[0], "count": len(act), "types": sorted({each["type"] or "" for each in act})} for act in acts]
    return sorted(told, key=lambda act: str(act["at"]), reverse=True)[:HISTORY]
