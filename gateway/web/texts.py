"""Norwegian and English: the catalogue, and how dates, amounts and names are written."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from chassis import events
from gateway.preferences.language import language
from gateway.web.fields import ZONE

THOUSAND = 1000
SPANS = (("d", 86_400), ("h", 3_600), ("min", 60))

_NUMBER = re.compile(r"\d+")


@cache
def catalogue(language: str) -> dict[str, Any]:
    """Read the translations of a language, all files of it; English is what the code says."""
    found: dict[str, Any] = {}
    for path in sorted((Path(__file__).parent / "locale" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            entries = [entry for entry in read_po(file, locale=language) if entry.id and entry.string]
        found |= {entry.id if isinstance(entry.id, str) else entry.id[0]: entry.string for entry in entries}
    return found


def gettext(message: str) -> str:
    """Translate a text of ours."""
    found = catalogue(language()).get(message)
    return found if isinstance(found, str) else message


def lazy(message: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return message


def ngettext(one: str, many: str, number: int) -> str:
    """Translate a text that depends on a number."""
    found = catalogue(language()).get(one)
    if isinstance(found, tuple) and all(found):
        return str(found[0 if number == 1 else -1])
    return one if number == 1 else many


def say(message: str) -> str:
    """Translate what a service said: its numbers stand in the catalogue as ``{}``."""
    translated = gettext(message)
    if translated != message:
        return translated
    pattern = gettext(_NUMBER.sub("{}", message))
    numbers = _NUMBER.findall(message)
    return pattern.format(*numbers) if numbers and pattern.count("{}") == len(numbers) else message


def install(app: Flask) -> None:
    """Teach the templates to translate and to write values."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install_texts = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]  # the extension adds it
    install_texts(gettext, ngettext, newstyle=True)
    app.jinja_env.filters.update(
        day=day,
        month=month,
        moment=moment,
        recent=recent,
        clock=clock,
        span=span,
        money=money,
        filesize=filesize,
        employee=employee,
        department=department,
        say=say,
        seal=seal,
    )


def _parsed(value: Any) -> datetime | date | None:
    if not value:
        return None
    if isinstance(value, datetime | date):
        return value
    return datetime.fromisoformat(value) if "T" in str(value) else date.fromisoformat(str(value))


def day(value: Any) -> str:
    """Write a date, 23.11.2026."""
    parsed = _parsed(value)
    if isinstance(parsed, datetime):
        parsed = parsed.astimezone(ZONE).date()
    return format_date(parsed, "dd.MM.yyyy" if language() == "nb" else "d MMM yyyy", language()) if parsed else ""


def month(value: Any) -> str:
    """Write a month that is known as 2026-11, nov. 2026."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMM yyyy", language())


def moment(value: Any) -> str:
    """Write a moment as the clock on the wall showed it, 23.11.2026 14:05."""
    parsed = _parsed(value)
    pattern = "dd.MM.yyyy HH:mm" if language() == "nb" else "d MMM yyyy HH:mm"
    return format_datetime(parsed, pattern, tzinfo=ZONE, locale=language()) if parsed else ""


def recent(value: Any) -> str:
    """Write a date or moment as people say it: today, yesterday, 12. nov.; of another year in full."""
    parsed = _parsed(value)
    if parsed is None:
        return ""
    that_day = parsed.astimezone(ZONE).date() if isinstance(parsed, datetime) else parsed
    today = datetime.now(ZONE).date()
    if that_day in (today, today - timedelta(1)):
        return gettext("today") if that_day == today else gettext("yesterday")
    if that_day.year != today.year:
        return day(that_day)
    return format_date(that_day, "d. MMM" if language() == "nb" else "d MMM", language())


def clock(value: Any) -> str:
    """Write the time of day to the second, 14:05:09."""
    parsed = _parsed(value)
    return format_datetime(parsed, "HH:mm:ss", tzinfo=ZONE, locale=language()) if parsed else ""


def span(seconds: float) -> str:
    """Write how long something lasts, in the one unit that matters, 4 min."""
    for unit, size in SPANS:
        if seconds >= size:
            return f"{int(seconds // size)}\N{NO-BREAK SPACE}{gettext(unit)}"
    return f"{max(0, int(seconds))}\N{NO-BREAK SPACE}s"


def money(value: Any, decimals: int = 2) -> str:
    """Write an amount in kroner, 1 234,50 kr; without decimals where a glance is enough."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ""
    text = format_decimal(amount, "#,##0.00" if decimals else "#,##0", language())
    return f"{text}\N{NO-BREAK SPACE}kr" if language() == "nb" else f"NOK\N{NO-BREAK SPACE}{text}"


def filesize(value: Any) -> str:
    """Write a size in bytes so that it can be compared at a glance."""
    size = float(value)
    for unit in ("B", "kB", "MB"):
        if size < THOUSAND:
            return f"{format_decimal(round(size, 1) if unit != 'B' else int(size), locale=language())} {unit}"
        size /= THOUSAND
    return f"{format_decimal(round(size, 1), locale=language())} GB"


def seal(*shown: Any) -> str:
    """Make a short mark that is another when what is shown is another; when it was asked for does not count."""
    found = [{**each, "as_of": None} if isinstance(each, dict) else each for each in shown]
    return hashlib.sha256(events.to_json(found).encode()).hexdigest()[:12]


@pass_context
def employee(context: Context, value: Any) -> str:
    """Name an employee."""
    return _name(context.get("employees"), value)


@pass_context
def department(context: Context, value: Any) -> str:
    """Name a department."""
    return _name(context.get("departments"), value)


def _name(names: Mapping[str, str] | None, value: Any) -> str:
    return (names or {}).get(str(value), gettext("Unknown")) if value else ""
