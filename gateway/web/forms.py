"""The forms of the card: which service each one speaks to, and what it reads and changes there.

A form is one entry here and one template in ``templates/forms``, shared by all acts that only ask. Adding a field to a
form is one word in each.
"""

from dataclasses import dataclass

from gateway.web.fields import Address, Count, Field, Flag, Lines, Number, Preset, Several, When, Words
from gateway.web.texts import lazy

CUSTOMER = "/customers/{customer}"
FIXED_LINE = (
    Field("description"), Number("quantity"), Field("unit"), Number("price"), Field("vat_code"),
    Field("valid_from"), Field("valid_to"),
)  # fmt: skip

TASK = (Field("title"), Field("due"), Field("priority"), Field("assignee"))
EMPLOYEE_LINK = (Field("employee"), Field("role"), Field("valid_from"), Field("valid_to"))


@dataclass(frozen=True)
class Form:
    """Where a form's values come from and go to; ``{customer}`` and ``{resource}`` stand for ids."""

    title: str
    service: str
    fields: tuple[Field, ...]
    add: str = ""  # POST here
    edit: str = ""  # PATCH here, once the resource is known
    put: str = ""  # PUT here instead: an act on a resource
    delete: str = ""  # DELETE here
    read: str = ""  # where the present values and their ETag are; edit unless said
    title_edit: str = ""
    template: str = ""  # the name of the form unless said
    asks: str = ""  # said in place of fields: what the act does, on a page or in a dialog of its own
    button: str = ""  # … and the word it is done with
    done: str = ""  # said when it is done, with a button that opens …
    undo: str = ""  # … the form that takes it back: its fields are what stood there before

    def target(self, resource: str | None) -> tuple[str, str]:
        """Return method and path of what the form does."""
        if self.add and (resource is None or not self.edit):
            return "POST", self.add
        for method, path in (("PATCH", self.edit), ("PUT", self.put), ("DELETE", self.delete)):
            if path:
                return method, path
        raise LookupError(self.title)

    @property
    def takes_away(self) -> bool:
        """Tell whether its button warns."""
        return bool(self.delete)

    def source(self, resource: str | None) -> str:
        """Return where the present values are; a new thing has none."""
        return "" if self.target(resource)[0] == "POST" else self.read or self.edit or self.delete


def template(name: str) -> str:
    """Return where the template of a form is."""
    form = FORMS[name]
    return f"forms/{'_act' if form.asks else form.template or name}.html"


FORMS = {
    "customer_create": Form(
        lazy("New customer"), "customers",
        (Field("name"), Field("org_number"), Field("type"), Field("owner", "owner_department"),
         Several("departments")),
        add="/customers",
    ),
    "general": Form(
        lazy("Edit general information"), "customers",
        (Field("name"), Field("org_number"), Field("type"), Field("email"), Field("phone"), Field("website")),
        edit=CUSTOMER,
    ),
    "addresses": Form(
        lazy("Edit addresses"), "customers", (Address("visiting"), Address("postal")),
        edit=CUSTOMER,
    ),
    "directions": Form(
        lazy("Edit directions"), "customers",
        (Field("text", "directions"), Number("latitude"), Number("longitude")),
        edit=CUSTOMER,
    ),
    "industry": Form(
        lazy("Edit industry"), "customers",
        (Field("code", "industry.code"), Preset("standard", "industry.standard"), Field("name", "industry.name")),
        edit=CUSTOMER,
    ),
    "departments": Form(
        lazy("Edit departments"), "customers",
        (Field("owner", "owner"), Several("departments")),
        put=f"{CUSTOMER}/departments", read=CUSTOMER,
    ),
    "employee_link": Form(
        lazy("Link an employee"), "customers", EMPLOYEE_LINK, add=f"{CUSTOMER}/employees",
        edit=f"{CUSTOMER}/employees/{{resource}}", title_edit=lazy("Change the link"),
    ),
    "employee_unlink": Form(
        lazy("Remove the link"), "customers", (), delete=f"{CUSTOMER}/employees/{{resource}}",
        asks=lazy(
            "For a link that should not have been. One that is over is given a last day, and stays in the history."
        ),
        button=lazy("Remove"),
        done=lazy("Removed the link."), undo="employee_relink",
    ),
    "employee_relink": Form(
        lazy("Link the employee again"), "customers", EMPLOYEE_LINK, add=f"{CUSTOMER}/employees",
        template="employee_link",
    ),
    "contact": Form(
        lazy("New contact"), "customers",
        (Field("name"), Field("title"), Words("roles"), Field("email"), Field("mobile"), Field("phone"),
         Field("notes")),
        add=f"{CUSTOMER}/contacts", edit=f"{CUSTOMER}/contacts/{{resource}}", title_edit=lazy("Edit contact"),
    ),
    "contact_end": Form(
        lazy("Mark contact as ended"), "customers", (Field("ended_on"),),
        put=f"{CUSTOMER}/contacts/{{resource}}/end", read=f"{CUSTOMER}/contacts/{{resource}}",
    ),
    "note": Form(
        lazy("New note"), "customers", (Field("text"), Flag("pinned")),
        add=f"{CUSTOMER}/notes", edit=f"{CUSTOMER}/notes/{{resource}}", title_edit=lazy("Edit note"),
    ),
    "note_pin": Form(
        lazy("Pin or unpin the note"), "customers", (Flag("pinned"),), edit=f"{CUSTOMER}/notes/{{resource}}",
        done=lazy("Moved the note."), undo="note_pin",
    ),
    "task": Form(
        lazy("New task"), "customers", TASK, add=f"{CUSTOMER}/tasks", edit=f"{CUSTOMER}/tasks/{{resource}}",
        title_edit=lazy("Edit task"),
    ),
    "task_complete": Form(
        lazy("Complete the task"), "customers", (),
        put=f"{CUSTOMER}/tasks/{{resource}}/complete", read=f"{CUSTOMER}/tasks/{{resource}}",
        asks=lazy("It is kept under what was done lately, and can be opened again."),
        button=lazy("Complete the task"),
        done=lazy("Completed the task."), undo="task_reopen",
    ),
    "task_reopen": Form(
        lazy("Open the task again"), "customers", (),
        put=f"{CUSTOMER}/tasks/{{resource}}/reopen", read=f"{CUSTOMER}/tasks/{{resource}}",
        asks=lazy("It is listed among what is to be done again."), button=lazy("Open the task again"),
        done=lazy("Opened the task again."), undo="task_complete",
    ),
    "task_remove": Form(
        lazy("Remove the task"), "customers", (), delete=f"{CUSTOMER}/tasks/{{resource}}",
        asks=lazy("For a task that should not have been. One that is done is completed, and stays in the history."),
        button=lazy("Remove"),
        done=lazy("Removed the task."), undo="task_restore",
    ),
    "task_restore": Form(lazy("Put the task back"), "customers", TASK, add=f"{CUSTOMER}/tasks", template="task"),
    "tags": Form(lazy("New tags"), "customers", (Words("tags", "name"),), add=f"{CUSTOMER}/tags"),
    "note_delete": Form(
        lazy("Delete the note"), "customers", (), delete=f"{CUSTOMER}/notes/{{resource}}",
        asks=lazy("The note can be brought back for a day."), button=lazy("Delete"),
        done=lazy("Deleted the note."), undo="note_restore",
    ),
    "note_restore": Form(
        lazy("Bring the note back"), "customers", (), add=f"{CUSTOMER}/notes/{{resource}}/restore",
        asks=lazy("The note stands on the card again as it was."), button=lazy("Bring back"),
    ),
    "tag_remove": Form(
        lazy("Remove tag"), "customers", (), delete=f"{CUSTOMER}/tags/{{resource}}",
        asks=lazy("The tag is taken off this customer only. Others keep it."), button=lazy("Take off"),
        done=lazy("Took the tag off."), undo="tag_restore",
    ),
    "tag_restore": Form(lazy("Put the tag back"), "customers", (Field("name"),), add=f"{CUSTOMER}/tags"),
    "log_comment": Form(lazy("New comment"), "customers", (Field("text"),), add=f"{CUSTOMER}/log"),
    "invoice_information": Form(
        lazy("Edit invoice information"), "invoicing",
        (Field("invoice_type"), Field("invoice_interval"), Lines("invoice_emails"), Flag("project_invoicing"),
         Field("ehf_org_number"), Field("ehf_name"), Field("ehf_reference"), Field("gln"), Count("credit_days"),
         Field("credit_days_reason"), Field("our_reference"), Field("contact_reference"),
         Address("invoice_address"), Address("delivery_address")),
        edit=f"{CUSTOMER}/invoice-information",
    ),
    "fixed_line": Form(
        lazy("New fixed invoice line"), "invoicing",
        FIXED_LINE, add=f"{CUSTOMER}/fixed-lines", edit=f"{CUSTOMER}/fixed-lines/{{resource}}",
        title_edit=lazy("Edit fixed invoice line"),
    ),
    "fixed_line_remove": Form(
        lazy("Remove the fixed invoice line"), "invoicing", (), delete=f"{CUSTOMER}/fixed-lines/{{resource}}",
        asks=lazy("The line stands on no more invoices. Those that are sent keep it."), button=lazy("Remove"),
        done=lazy("Removed the line."), undo="fixed_line_restore",
    ),
    "fixed_line_restore": Form(
        lazy("Put the fixed invoice line back"), "invoicing", (*FIXED_LINE, Count("position")),
        add=f"{CUSTOMER}/fixed-lines", template="fixed_line",
    ),
    "file_bin": Form(
        lazy("Move the file to the bin"), "files", (), delete=f"{CUSTOMER}/files/{{resource}}",
        asks=lazy("The file goes to the bin, and can be brought back from there for a time."),
        button=lazy("Move to the bin"),
        done=lazy("Moved to the bin."), undo="file_restore",
    ),
    "file_restore": Form(
        lazy("Bring the file back"), "files", (), add=f"{CUSTOMER}/files/{{resource}}/restore",
        asks=lazy("The file lies on the card again as it was."), button=lazy("Bring back"),
    ),
    "communication": Form(
        lazy("Register communication"), "dialog",
        (Field("kind"), Field("direction"), When("happened_at"), Field("contact_id"), Field("subject"),
         Field("body")),
        add=f"{CUSTOMER}/communications", edit=f"{CUSTOMER}/communications/{{resource}}",
        title_edit=lazy("Correct communication"),
    ),
    "project": Form(
        lazy("New project"), "recruitment",
        (Field("name"), Field("type"), Number("value"), Field("department"), Field("responsible"),
         Field("start", "starts_on"), Field("end", "ends_on")),
        add=f"{CUSTOMER}/projects", edit=f"{CUSTOMER}/projects/{{resource}}", title_edit=lazy("Edit project"),
    ),
    "project_status": Form(
        lazy("Change status"), "recruitment", (Field("status"),),
        put=f"{CUSTOMER}/projects/{{resource}}/status", read=f"{CUSTOMER}/projects/{{resource}}",
        done=lazy("Changed the status."), undo="project_status",
    ),
}  # fmt: skip
