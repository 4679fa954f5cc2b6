"""What the user guide says besides the items: the tour, words of the trade, keys. Said on pages and in docs/."""

from typing import NamedTuple

from gateway.web.texts import lazy


class Step(NamedTuple):
    """One stop of the tour: what is explained, and where on the card it stands."""

    at: str
    title: str
    text: str


TOUR = (
    Step(
        "#glance",
        lazy("The first look"),
        lazy(
            "Whom to call, whether they pay, what was said last, what is under way and what is to be done: it stands "
            "here, before you scroll."
        ),
    ),
    Step(
        "#parts",
        lazy("The row of buttons"),
        lazy(
            "Behind each button is a whole part of the card, such as the contacts or the economy. The figure says how "
            "many there are, the date how old the newest is."
        ),
    ),
    Step(
        ".item .item-actions > a",
        lazy("Change it where it stands"),
        lazy(
            "A form opens on top of the card. What you have typed stays when something goes wrong, and is never "
            "thrown away without a question."
        ),
    ),
    Step(
        "#card-head .card-title",
        lazy("Always as it is now"),
        lazy(
            "What a colleague changes comes onto your card within a second, and is marked. What you read or type "
            "stays where it is."
        ),
    ),
    Step(
        ".bar-search",
        lazy("Find anything"),
        lazy(
            "Press Ctrl and K (⌘ and K on a Mac) wherever you are to find a customer, a contact, a project or "
            "something to do."
        ),
    ),
    Step(
        ".item .help",
        lazy("The question mark"),
        lazy(
            "The question mark at an item says what it is and where it comes from. Under your name you find the help, "
            "the density, the language, and this tour once more."
        ),
    ),
)

TERMS = {
    lazy("Customer number"): lazy("Given by Kundekort, one after the other, and never changed. Accounts know it too."),
    lazy("Owner department"): lazy(
        "The department that the customer belongs to. Other departments see the customer only when they are linked."
    ),
    lazy("My customers"): lazy(
        "The customers to whom you are linked as an employee today, in whatever role. "
        "They are one click away in the list."
    ),
    lazy("Ended contact"): lazy(
        "Somebody who has left the customer or is not to be contacted. The history stays; choices and mailings do not."
    ),
    lazy("EHF"): lazy(
        "The Norwegian format for electronic invoices, sent over Peppol. Public bodies take invoices in no other way."
    ),
    lazy("EHF reference"): lazy("What the buyer wants to find on the invoice, such as an order number or an initial."),
    lazy("GLN"): lazy("A number of 13 digits that says where exactly an invoice or a delivery goes; given by GS1."),
    lazy("Credit days"): lazy("How many days a customer has to pay. An invoice is overdue from the day after."),
    lazy("Approved credit limit"): lazy(
        "How much may be outstanding, decided by a person. What the credit bureau recommends is only advice."
    ),
    lazy("Last known"): lazy(
        "A part of Kundekort did not answer. The card shows what that part said last, and since when."
    ),
}

KEYS = (
    ("Ctrl K", lazy("Find a customer, a contact, a project or something to do")),
    ("Esc", lazy("Close what lies on top; it asks first where something was typed")),
    ("Tab", lazy("Go to the next link, button or field; with Shift to the one before")),
    ("Enter", lazy("Open the link, press the button, save the form")),
)
