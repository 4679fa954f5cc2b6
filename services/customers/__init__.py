"""Who the agency's customers are: the card itself, contacts, notes, tags and the log.

Owns: the customers and their numbers, contacts, notes, tags, tasks, departments, employees, and the log.
Announces: CustomerRegistered, CustomerRenamed, CustomerDetailsChanged, CustomerDepartmentsChanged, ContactAdded,
    ContactDetailsChanged, ContactEnded, NoteWritten, NoteRevised, NoteDeleted, NoteRestored, TagAttached, TagRemoved,
    EmployeeLinked, EmployeeLinkChanged, EmployeeUnlinked, TaskAdded, TaskChanged, TaskCompleted,
    TaskReopened, TaskRemoved, CommentLogged, CustomerRestated, ContactRestated.
Follows: everything.
"""
