"""What each item of the card is and where it comes from: said at the item, and in the user guide."""

from gateway.items import ALWAYS_ON
from gateway.web.texts import gettext, lazy

HELP = {
    "general": lazy(
        "Who the customer is: name, number, organisation number, type and how to reach them. Kundekort gives "
        "the number, and it never changes."
    ),
    "logo": lazy("The customer's logo, used on what the agency sends out. Nothing can be uploaded here yet."),
    "addresses": lazy(
        "Where to visit and where to write. Invoice and delivery addresses stand with the invoice information."
    ),
    "directions": lazy(
        "How to get there, where to park and whom to ask for. With coordinates there is a link to the map."
    ),
    "invoice_information": lazy(
        "How the customer is invoiced: type, interval, addresses, references, credit days and fixed lines. "
        "The list at the top says what is missing before the first invoice can be sent. Rating and "
        "recommended credit come from the credit bureau; the limit is approved by a person."
    ),
    "time_bank": lazy("Hours that are owed to the customer or by them, as a ledger. Nothing can be entered here yet."),
    "pay_matrix": lazy("What an hour costs, by category and seniority. Nothing can be entered here yet."),
    "working_hours": lazy(
        "The customer's own working hours, within the collective agreement and the Working Environment Act. "
        "Nothing can be entered here yet."
    ),
    "departments": lazy(
        "The departments that work with the customer, one of them the owner. Whoever belongs to none of them "
        "does not meet the customer anywhere."
    ),
    "employees": lazy(
        "Who at the agency is responsible for the customer, sells, recruits or stands in, and from when to when. "
        "Whoever is responsible today stands at the top of the card."
    ),
    "notes": lazy("What colleagues should know before they call. A pinned note stays at the top."),
    "process": lazy(
        "Where the customer stands in the agency's own processes, such as a first sale. Nothing can be "
        "entered here yet."
    ),
    "tags": lazy("Free words to find customers by. Large and small letters are the same word."),
    "tasks": lazy(
        "What somebody must do for the customer, and by when. What is due first stands first, also at the top of "
        "the card; what is done can be opened again."
    ),
    "attributes": lazy(
        "Facts that the agency itself has decided to keep of its customers. Nothing can be entered here yet."
    ),
    "log": lazy(
        "Everything that happened to the customer, with who did it and when, told by all parts of Kundekort. "
        "It cannot be changed afterwards; each entry is sealed with the one before."
    ),
    "industry": lazy("What the customer does, by the code of Statistics Norway's standard."),
    "sub_projects": lazy(
        "Projects below a project, with orders of their own. They need project invoicing under invoice "
        "information. Nothing can be entered here yet."
    ),
    "group": lazy("The companies that own the customer or are owned by it. Nothing can be entered here yet."),
    "contacts": lazy(
        "The people the agency talks to at the customer. Who has ended stays in the history, and turns up in "
        "no choice any more."
    ),
    "economy": lazy(
        "Net revenue for 24 months, what is unpaid and what is overdue by age, and how fast they pay. Every "
        "figure is a sum of the invoices behind it; they come from the invoicing system."
    ),
    "offers": lazy("Offers and agreements, from draft to signed. Nothing can be entered here yet."),
    "files": lazy("Papers about the customer. What is moved to the bin can be brought back for a time."),
    "dialog": lazy(
        "What was said: letters, calls, meetings, e-mail and SMS, each with the date on which it really happened."
    ),
    "calendar": lazy("Meetings with the customer. Nothing can be entered here yet."),
    "inquiries": lazy("What the customer has asked for, with deadline and status. Nothing can be entered here yet."),
    "projects": lazy(
        "The work for the customer: staffing, recruitment and consulting, each with its status. The open ones"
        " come first."
    ),
    "recruitment": lazy("Job advertisements and candidates on their way. Nothing can be entered here yet."),
    "logged_work": lazy("Hours worked at the customer, until they are invoiced. Nothing can be entered here yet."),
}


def explained(key: str) -> str:
    """Say what an item is, and who decides that it is there."""
    whose = (
        "It is always on the card." if key == ALWAYS_ON else "An administrator switches it on and off under Settings."
    )
    return f"{gettext(HELP[key])} {gettext(whose)}"
