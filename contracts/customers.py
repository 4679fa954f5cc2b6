"""What the customers service announces."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts import Change


@dataclass(frozen=True)
class CustomerRegistered:
    """A customer exists from now on; its card can be opened."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    number: int
    name: str
    type: str
    org_number: str | None = None
    departments: list[UUID] = field(default_factory=list)
    owner_department: UUID | None = None
    email: str | None = None


@dataclass(frozen=True)
class CustomerRenamed:
    """The customer has another name."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    before: str
    name: str


@dataclass(frozen=True)
class CustomerDetailsChanged:
    """Somebody edited what is known of the customer."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    changes: list[Change]


@dataclass(frozen=True)
class CustomerDepartmentsChanged:
    """Other departments than before work with the customer; all others must stop seeing it."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    before: list[UUID]
    departments: list[UUID]
    owner_department: UUID | None = None


@dataclass(frozen=True)
class ContactAdded:
    """The customer has one more contact."""

    category: ClassVar[str] = "contact"
    customer_id: UUID
    contact_id: UUID
    name: str
    email: str | None = None


@dataclass(frozen=True)
class ContactDetailsChanged:
    """Somebody edited a contact."""

    category: ClassVar[str] = "contact"
    customer_id: UUID
    contact_id: UUID
    name: str
    changes: list[Change]


@dataclass(frozen=True)
class ContactEnded:
    """The contact no longer works there: out of pickers, mailings and references at once."""

    category: ClassVar[str] = "contact"
    customer_id: UUID
    contact_id: UUID
    name: str
    ended_on: date


@dataclass(frozen=True)
class NoteWritten:
    """Somebody wrote a note."""

    category: ClassVar[str] = "comment"
    customer_id: UUID
    note_id: UUID
    text: str


@dataclass(frozen=True)
class NoteRevised:
    """Somebody changed a note or pinned it."""

    category: ClassVar[str] = "comment"
    customer_id: UUID
    note_id: UUID
    changes: list[Change]


@dataclass(frozen=True)
class NoteDeleted:
    """A note was taken away; for a day it can be brought back."""

    category: ClassVar[str] = "comment"
    customer_id: UUID
    note_id: UUID


@dataclass(frozen=True)
class NoteRestored:
    """A note that was taken away was brought back as it was."""

    category: ClassVar[str] = "comment"
    customer_id: UUID
    note_id: UUID


@dataclass(frozen=True)
class TagAttached:
    """The customer got a tag."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    tag: str


@dataclass(frozen=True)
class TagRemoved:
    """A tag was taken off the customer."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    tag: str


@dataclass(frozen=True)
class EmployeeLinked:
    """An employee of the agency works with the customer, in a role; without a last day until further notice."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    link_id: UUID
    employee: UUID
    role: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class EmployeeLinkChanged:
    """Another employee, role or time than before; ``employee`` and ``role`` are those of now."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    link_id: UUID
    employee: UUID
    role: str
    changes: list[Change]


@dataclass(frozen=True)
class EmployeeUnlinked:
    """The link should not have been, and is gone."""

    category: ClassVar[str] = "change"
    customer_id: UUID
    link_id: UUID
    employee: UUID
    role: str


@dataclass(frozen=True)
class TaskAdded:
    """Something is to be done for the customer; by nobody in particular without an assignee."""

    category: ClassVar[str] = "task"
    customer_id: UUID
    task_id: UUID
    title: str
    due: date | None
    priority: str
    assignee: UUID | None


@dataclass(frozen=True)
class TaskChanged:
    """What is to be done, by when or by whom is another; ``title`` is that of now."""

    category: ClassVar[str] = "task"
    customer_id: UUID
    task_id: UUID
    title: str
    changes: list[Change]


@dataclass(frozen=True)
class TaskCompleted:
    """The task is done."""

    category: ClassVar[str] = "task"
    customer_id: UUID
    task_id: UUID
    title: str


@dataclass(frozen=True)
class TaskReopened:
    """There was something left to do."""

    category: ClassVar[str] = "task"
    customer_id: UUID
    task_id: UUID
    title: str


@dataclass(frozen=True)
class TaskRemoved:
    """The task should not have been, and is gone."""

    category: ClassVar[str] = "task"
    customer_id: UUID
    task_id: UUID
    title: str


@dataclass(frozen=True)
class CommentLogged:
    """Somebody wrote in the log by hand."""

    category: ClassVar[str] = "comment"
    customer_id: UUID
    entry_id: UUID
    text: str


@dataclass(frozen=True)
class CustomerRestated:
    """How the customer stands, for those who keep a copy of it; nothing happened to it.

    ``authoritative``: the customers service was restored from a backup, and is right even where a copy is newer.
    """

    category: ClassVar[str] = "system"
    snapshot: ClassVar[bool] = True
    aggregate: ClassVar[str] = "customer"
    customer_id: UUID
    number: int
    name: str
    type: str
    org_number: str | None = None
    departments: list[UUID] = field(default_factory=list)
    owner_department: UUID | None = None
    authoritative: bool = False


@dataclass(frozen=True)
class ContactRestated:
    """How the contact stands, for those who keep a copy of it; nothing happened to it."""

    category: ClassVar[str] = "system"
    snapshot: ClassVar[bool] = True
    aggregate: ClassVar[str] = "contact"
    customer_id: UUID
    contact_id: UUID
    name: str
    email: str | None = None
    ended_on: date | None = None
    authoritative: bool = False
