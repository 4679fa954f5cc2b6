"""What the page says of what it does: that it takes a while, that it failed, and that nothing typed is lost."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.screen import count, filled, item, opened, save, send, to_part
from tests.system.forms import silenced
from tests.system.people import Employee, until

UNDER_WAY = re.compile("under-way")


@contextmanager
def held(page, pattern):
    """Let whatever asks for *pattern* wait for as long as the block lasts."""
    waiting = []
    page.route(pattern, lambda route: waiting.append(route))  # noqa: PLW0108  # Playwright takes no method of a list
    yield lambda: until(lambda: page.wait_for_timeout(10) or waiting, what="a request")
    for each in waiting:
        each.continue_()
    page.unroute(pattern)


def lose_the_answer(page, pattern):
    """Let the next request reach the server, and its answer nobody."""

    def handle(route):
        route.fetch()
        route.abort()

    page.route(pattern, handle, times=1)


def said(page):
    return page.locator("#dialog-status")


def send_unheard(page, dialog, form):
    """Send a form whose answer is lost, and be told so."""
    lose_the_answer(page, f"**/forms/{form}")
    send(dialog)
    expect(said(page)).to_contain_text("kontakt med tjeneren")


def test_what_takes_a_while_is_seen_and_heard_until_it_is_there(card):
    link = card.locator("#open-general")
    with held(card, "**/forms/general") as asked:
        link.click()
        asked()
        expect(card.locator("body")).to_have_class(UNDER_WAY)
        expect(link).to_have_attribute("aria-busy", "true")
        expect(card.locator("body > [data-busy]")).to_have_text("Arbeider …")
    dialog = filled(card.locator("#dialog[open]"), name="Fjordvik Gruppen AS")
    expect(card.locator("body")).not_to_have_class(UNDER_WAY)
    expect(card.locator("[aria-busy]")).to_have_count(0)

    button = dialog.locator(".form-end button").first
    with held(card, "**/forms/general") as asked:
        button.click()
        asked()
        expect(button).to_have_attribute("aria-busy", "true")
        expect(dialog.locator("[data-busy]")).to_have_text("Arbeider …")
        button.click()  # and once more: it is sent once
    expect(dialog).to_have_count(0)
    expect(card.locator("h1")).to_have_text("Fjordvik Gruppen AS")
    expect(card.locator("body")).not_to_have_class(UNDER_WAY)


def test_a_part_that_comes_slowly_says_so_on_its_button(card):
    button = card.locator("#parts a[href$='/items/contacts']")
    with held(card, "**/items/contacts") as asked:
        button.click()
        asked()
        expect(button).to_have_attribute("aria-busy", "true")
        expect(card.locator("body")).to_have_class(UNDER_WAY)
    expect(item(card, "contacts")).to_be_visible()
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_a_fold_is_seen_at_once_and_is_undone_where_it_could_not_be_kept(card):
    body, button = card.locator("#item-directions-body"), card.locator("#fold-directions")
    with held(card, "**/arrange") as asked:
        button.click()
        asked()
        expect(body).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")
    expect(card.locator("[aria-busy]")).to_have_count(0)
    card.reload()
    expect(body).to_be_hidden()
    card.route("**/arrange", lambda route: route.abort())
    button.click()
    expect(card.locator("#page-status")).to_contain_text("kontakt med tjeneren")
    expect(body).to_be_hidden()


def test_a_tag_that_could_not_be_taken_off_is_back(card):
    save(filled(opened(card, "open-tags"), tags="havn"))
    tags = item(card, "tags").get_by_role("listitem")
    expect(tags).to_have_count(1)
    card.context.set_offline(True)
    item(card, "tags").get_by_role("button", name="havn").click()
    expect(card.locator("#page-status")).to_contain_text("kontakt med tjeneren")
    expect(tags).to_have_count(1)
    card.context.set_offline(False)


def test_who_was_signed_out_signs_in_elsewhere_and_saves(card, suite, nordlys):
    dialog = filled(opened(card, "open-general"), phone="55 12 34 56")
    card.context.clear_cookies()
    send(dialog)
    expect(said(card)).to_contain_text("Du er logget ut")
    expect(dialog.locator("#field-phone")).to_have_value("55 12 34 56")

    name, _, value = Employee(suite.address(), nordlys.email).headers["Cookie"].partition("=")
    card.context.add_cookies([{"name": name, "value": value, "url": suite.address()}])
    send(dialog)  # the session is another, and the page does not know its token yet
    expect(said(card)).to_contain_text("Du har logget inn på nytt")
    expect(dialog.locator("#field-phone")).to_have_value("55 12 34 56")
    save(dialog)
    expect(item(card, "general").locator("[href='tel:+4755123456']")).to_be_visible()


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_a_service_that_does_not_answer_costs_neither_what_is_typed_nor_the_focus(suite, card, how):
    dialog = filled(opened(card, "open-note"), text="Ring før kl. 14.")
    with silenced(suite, "customers", how):
        dialog.locator(".form-end button").first.press("Enter")
        expect(said(card)).to_contain_text(re.compile("Det du skrev|Prøv igjen"))
        expect(dialog.locator(".form-end button").first).to_be_focused()
        expect(dialog.locator("#field-text")).to_have_value("Ring før kl. 14.")
    until(lambda: saved(dialog), what="the service")
    expect(item(card, "notes").get_by_role("listitem")).to_have_count(1)


def saved(dialog):
    """Save, as often as somebody would try."""
    if dialog.count():
        send(dialog)
        dialog.page.wait_for_timeout(500)
    return dialog.count() == 0


def test_what_was_taken_and_not_answered_is_not_taken_twice(card):
    for _ in range(2):  # the key is kept until it went well, and is another the next time
        dialog = filled(opened(card, "open-note"), text="Ring før kl. 14.")
        send_unheard(card, dialog, "note")
        save(dialog)
    expect(item(card, "notes").get_by_role("listitem")).to_have_count(2)


def test_what_was_taken_and_not_answered_is_not_changed_in_secret(card):
    dialog = filled(opened(card, "open-note"), text="Ring før kl. 14.")
    send_unheard(card, dialog, "note")
    send(filled(dialog, text="Ring før kl. 15."))
    expect(dialog.get_by_role("alert")).to_contain_text("ble lagret likevel")
    card.keyboard.press("Escape")
    dialog.get_by_role("button", name="Forkast").click()
    expect(dialog).to_have_count(0)


def test_tags_and_edits_that_were_taken_and_not_answered_go_on_from_there(card):
    tags = filled(opened(card, "open-tags"), tags="havn, skift")
    send_unheard(card, tags, "tags")
    save(filled(tags, tags="havn, skift, natt"))
    expect(item(card, "tags").get_by_role("listitem")).to_have_count(3)

    general = filled(opened(card, "open-general"), name="Fjordvik Gruppen AS")
    send_unheard(card, general, "general")
    save(general)
    expect(card.locator("h1")).to_have_text("Fjordvik Gruppen AS")


def test_a_file_that_was_taken_and_not_answered_is_not_taken_twice(card):
    to_part(card, "files")
    dialog = opened(card, "open-files")
    pdf = {"name": "Avtale.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 avtale"}
    dialog.locator("#field-files").set_input_files([pdf, {**pdf, "name": "tom.txt", "buffer": b""}])
    send(dialog)
    expect(dialog.locator("#field-files-wrong")).to_contain_text("tom.txt")
    dialog.locator("#field-files").set_input_files([{**pdf, "name": "Tegning.pdf"}, pdf])
    save(dialog)
    expect(count(card, "files")).to_have_text("2")


def test_leaving_asks_first(card):
    asked = []
    card.on("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    to_part(card, "contacts")
    dialog = opened(card, "open-contact")
    dialog.locator("#field-name").press_sequentially("Kari")

    card.evaluate("setTimeout(() => history.back())")
    until(lambda: card.wait_for_timeout(20) or len(asked) == 1, what="the question on going back")
    expect(dialog.locator("#field-name")).to_have_value("Kari")
    card.close(run_before_unload=True)
    until(lambda: card.wait_for_timeout(20) or len(asked) == 2, what="the question on closing")
    assert asked == ["beforeunload", "beforeunload"]
    assert not card.is_closed()
