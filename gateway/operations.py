"""Ask all programs at once how they stand, and do in them what an operator wants. The gateway is one of them."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from marshmallow import ValidationError

from chassis import auth
from chassis.errors import Invalid, NotFound, Refused
from chassis.operations import desk
from chassis.operations.schemas import (
    ParkedListShape,
    ParkedPageShape,
    RawShape,
    RedrivenShape,
    RedrivePageShape,
    RedriveShape,
    StandingShape,
)
from chassis.paging import PageShape
from gateway.calls import ask_every, call
from gateway.items import SERVICES
from gateway.neighbours.clients import Answer, Late, Unanswered

OWN = "gateway"
PROGRAMS = (*SERVICES, OWN)
PATIENCE_MS = 1_500

STANDING, RAW, PARKED, HISTORY = StandingShape(), RawShape(), ParkedPageShape(), RedrivePageShape()
PARKED_LIST, HISTORY_LIST = ParkedListShape(), PageShape()
REDRIVE, REDRIVEN = RedriveShape(), RedrivenShape()


class Heard(NamedTuple):
    """What a program said, or why it said nothing of use."""

    found: dict[str, Any] | None
    why: str = ""  # away, late, or the status of what it answered


def standing() -> dict[str, Heard]:
    """Ask every program how it stands."""
    return _everywhere("/operations", PROGRAMS, lambda: STANDING.dump(desk.report()))


def parked(programs: Collection[str], limit: int, cursor: str | None = None) -> dict[str, Heard]:
    """Ask for the messages that are parked, the latest first; a cursor goes on in the one program it is of."""
    asked = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
    path = f"/operations/parked?{urlencode(asked)}"
    return _everywhere(path, programs, lambda: PARKED.dump(desk.parked(PARKED_LIST.load(asked))))


def history(programs: Collection[str], limit: int) -> dict[str, Heard]:
    """Ask who had what tried again lately."""
    asked = {"limit": str(limit)}
    path = f"/operations/redrives?{urlencode(asked)}"
    return _everywhere(path, programs, lambda: HISTORY.dump(desk.history(HISTORY_LIST.load(asked))))


def message(program: str, parked_id: int) -> Heard:
    """Ask for one message with its bytes."""
    return _in(program, "GET", f"/operations/parked/{parked_id}", lambda: RAW.dump(desk.message(parked_id)))


def redrive(program: str, wanted: Mapping[str, Any], key: str | None = None) -> Heard:
    """Have parked messages tried again, or ask what would be."""
    path, headers = "/operations/parked/redrive", {"Idempotency-Key": f"{key}.{program}"} if key else {}
    here: Callable[[], dict[str, Any]] = lambda: REDRIVEN.dump(desk.redrive(REDRIVE.load(wanted)))  # noqa: E731
    return _in(program, "POST", path, here, json=wanted, headers=headers)


def _everywhere(path: str, programs: Collection[str], own: Callable[[], dict[str, Any]]) -> dict[str, Heard]:
    """Ask those programs the same at once; the answers come in the programs' order."""
    answers = ask_every(auth.caller(), path, PATIENCE_MS, only=[name for name in programs if name != OWN])
    heard = {name: _read(answer) for name, answer in answers.items()}
    if OWN in programs:
        heard[OWN] = _here(own)
    return {name: heard[name] for name in PROGRAMS if name in heard}


def _in(program: str, method: str, path: str, own: Callable[[], dict[str, Any]], **sent: Any) -> Heard:
    if program not in PROGRAMS:
        raise NotFound(program)
    return _here(own) if program == OWN else _read(call(auth.caller(), program, method, path, **sent))


def _here(own: Callable[[], dict[str, Any]]) -> Heard:
    """Ask the gateway itself; what it refuses, it refuses as the others do."""
    try:
        return Heard(own())
    except (Refused, ValidationError) as error:
        return Heard(None, str(getattr(error, "status", Invalid.status)))


def _read(answer: Answer | Unanswered) -> Heard:
    """Read an answer; what is not one of ours is as good as none."""
    if isinstance(answer, Unanswered):
        return Heard(None, "late" if isinstance(answer, Late) else "away")
    try:
        found = json.loads(answer.body)
    except ValueError:
        return Heard(None, str(answer.status))
    return Heard(found) if answer.ok and isinstance(found, dict) else Heard(None, str(answer.status))
