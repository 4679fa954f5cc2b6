"""What happened, as the log of the card tells it: one sentence for each event."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from gateway.web.texts import gettext, money

AMOUNTS = ("amount", "limit")

SENTENCES = {
    "customers.CustomerRegistered": "Registered the customer.",
    "customers.CustomerRenamed": "Renamed the customer from %(before)s to %(name)s.",
    "customers.CustomerDetailsChanged": "Changed what is known of the customer.",
    "customers.CustomerDepartmentsChanged": "Changed the linked departments.",
    "customers.EmployeeLinked": "Linked %(employee)s: %(role)s.",
    "customers.EmployeeLinkChanged": "Changed the link of %(employee)s: %(role)s.",
    "customers.EmployeeUnlinked": "Removed the link of %(employee)s: %(role)s.",
    "customers.ContactAdded": "Added the contact %(name)s.",
    "customers.ContactDetailsChanged": "Changed the contact %(name)s.",
    "customers.ContactEnded": "Marked the contact %(name)s as ended.",
    "customers.NoteWritten": "Wrote a note: %(text)s",
    "customers.NoteRevised": "Changed a note.",
    "customers.NoteDeleted": "Deleted a note.",
    "customers.NoteRestored": "Brought a note back.",
    "customers.TaskAdded": "Added the task %(title)s.",
    "customers.TaskChanged": "Changed the task %(title)s.",
    "customers.TaskCompleted": "Completed the task %(title)s.",
    "customers.TaskReopened": "Opened the task %(title)s again.",
    "customers.TaskRemoved": "Removed the task %(title)s.",
    "customers.TagAttached": "Put on the tag %(tag)s.",
    "customers.TagRemoved": "Took off the tag %(tag)s.",
    "customers.CommentLogged": "%(text)s",
    "invoicing.InvoiceTermsChanged": "Changed the invoice information.",
    "invoicing.ProjectInvoicingSwitched": "Switched project invoicing.",
    "invoicing.InvoiceReferenceEnded": "The reference person %(name)s no longer works there.",
    "invoicing.FixedLineAdded": "Added the fixed invoice line %(description)s.",
    "invoicing.FixedLineRevised": "Changed a fixed invoice line.",
    "invoicing.FixedLineRemoved": "Removed the fixed invoice line %(description)s.",
    "invoicing.CreditRatingChanged": "The credit rating is %(letter)s (%(score)s), says %(source)s.",
    "invoicing.CreditRecommended": "%(source)s recommends a credit of %(amount)s.",
    "invoicing.CreditLimitApproved": "Approved a credit limit of %(limit)s.",
    "invoicing.InvoiceTakenOver": "Took over the invoice %(number)s.",
    "files.FileAdded": "Uploaded the file %(name)s.",
    "files.FileRenamed": "Renamed the file %(before)s to %(name)s.",
    "files.FileBinned": "Moved the file %(name)s to the bin.",
    "files.FileRestored": "Brought the file %(name)s back from the bin.",
    "files.FilePurged": "The file %(name)s left the bin for good.",
    "dialog.CommunicationRegistered": "Registered a communication: %(subject)s",
    "dialog.CommunicationCorrected": "Corrected a communication.",
    "recruitment.ProjectOpened": "Opened the project %(name)s.",
    "recruitment.ProjectDetailsChanged": "Changed the project %(name)s.",
    "recruitment.ProjectStatusChanged": "Changed the status of the project %(name)s.",
}


def happened(entry: Mapping[str, Any], **names: Mapping[str, str]) -> str:
    """Say in one sentence what a log entry tells; *names* are what the values of a field are called, by field.

    An event of a later version is named by its type.
    """
    sentence = SENTENCES.get(entry["type"])
    if sentence is None:
        return str(entry["type"])
    told = {name: value for name, value in entry["data"].items() if value is not None}
    told |= {name: money(told[name]) for name in AMOUNTS if name in told}
    told |= {name: called.get(told[name], told[name]) for name, called in names.items() if name in told}
    return gettext(sentence) % defaultdict(lambda: "–", told)
