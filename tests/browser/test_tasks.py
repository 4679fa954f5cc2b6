"""What is to be done for a customer: listed first thing, ticked off at once, taken back."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chassis.tables import today
from tests.browser.screen import filled, item, opened, save, send, wrong


def day(days):
    return (today() + timedelta(days)).isoformat()


@pytest.fixture
def tasks(card):
    """The tasks of a card, one of them late."""
    save(filled(opened(card, "open-task"), title="Send ny prisliste", due=day(12)))
    dialog = filled(opened(card, "open-task"), title="Ring om desember", due=day(-5))
    dialog.get_by_label("Prioritet").select_option(label="Høy")
    dialog.get_by_label("Hvem").select_option(label="Ada Berg")
    save(dialog)
    expect(titles(item(card, "tasks"))).to_have_count(2)
    return item(card, "tasks")


def titles(tasks):
    return tasks.locator(".entries > li:visible strong:not(.overdue)")


def press(place, words):
    place.get_by_role("button", name=re.compile(f"^{words}")).click()


def test_what_is_late_stands_first_here_and_at_the_top(card, tasks):
    expect(titles(tasks)).to_have_text(["Ring om desember", "Send ny prisliste"])
    expect(tasks).to_contain_text("Høy prioritet")
    glance = card.locator("#glance-tasks")
    expect(glance.locator("li").first).to_contain_text("Ring om desember")
    expect(glance.locator("li").first).to_contain_text(re.compile(r"Skulle vært gjort .*, Ada Berg"))
    expect(item(card, "log")).to_contain_text("La til oppgaven Ring om desember.")


def test_it_is_ticked_off_at_once_and_taken_back(card, tasks):
    press(tasks, "Fullfør oppgaven Ring om desember")
    expect(titles(tasks)).to_have_text(["Send ny prisliste"])
    expect(card.locator("#undo")).to_contain_text("Oppgaven er fullført.")
    expect(card.locator("#glance-tasks")).not_to_contain_text("Ring om desember")
    card.locator("#undo").get_by_role("button", name="Angre").click()
    expect(titles(tasks)).to_have_text(["Ring om desember", "Send ny prisliste"])


def test_what_was_done_lately_is_opened_again(card, tasks):
    press(tasks, "Fullfør oppgaven Send ny prisliste")
    expect(titles(tasks)).to_have_text(["Ring om desember"])
    press(tasks, "Fullfør oppgaven Ring om desember")
    expect(tasks).to_contain_text("Alt er gjort.")
    tasks.get_by_text("Nylig gjort").click()
    press(tasks, "Åpne oppgaven igjen Send ny prisliste")
    expect(titles(tasks)).to_have_text(["Send ny prisliste"])


def test_a_day_is_taken_off_and_nothing_else(card, tasks):
    tasks.get_by_role("link", name="Rediger oppgaven Ring om desember").click()
    save(filled(card.locator("#dialog[open]"), due=""))
    expect(titles(tasks)).to_have_text(["Send ny prisliste", "Ring om desember"])
    expect(tasks).to_contain_text("Høy prioritet")
    expect(tasks.locator(".overdue")).to_have_count(0)


def test_a_task_without_words_is_refused_and_keeps_its_day(card, tasks):
    dialog = opened(card, "open-task")
    dialog.locator("#field-title").evaluate("each => each.required = false")
    send(filled(dialog, title="   ", due=day(3)))
    expect(wrong(card, "title")).to_have_text("Fyll ut dette feltet.")
    expect(dialog.locator("#field-due")).to_have_value(day(3))


def test_a_task_is_taken_away_and_comes_back_as_it_was(card, tasks):
    press(tasks, "Fjern oppgaven Ring om desember")
    expect(titles(tasks)).to_have_text(["Send ny prisliste"])
    card.locator("#undo").get_by_role("button", name="Angre").click()
    expect(titles(tasks)).to_have_text(["Ring om desember", "Send ny prisliste"])
    expect(tasks).to_contain_text("Høy prioritet")
    expect(tasks).to_contain_text("Ada Berg")
