"""The eight statuses of a project, and the steps between them.

A project begins as a ``request``, as ``not_started`` (agreed, to begin later) or as ``active``. Work goes back and
forth between ``active`` and ``urgent`` until people are in place: ``solved_ongoing`` while they still work there,
``solved_ended`` when all is done. Before the work begins nothing can be solved, and once it has begun it cannot be
un-begun.

``lost`` says that another agency got it, ``cancelled`` that nobody did. Neither is final, because customers change
their minds: a lost project comes back as a request, a cancelled one as a request or where the work can go on. Nor
is ``solved_ended``: somebody who quits in the guarantee period is replaced in the same project. What has been solved
can no longer be lost or cancelled.
"""

INITIAL = ("request", "not_started", "active")

STEPS: dict[str, tuple[str, ...]] = {
    "request": ("not_started", "active", "urgent", "cancelled", "lost"),
    "not_started": ("active", "urgent", "cancelled", "lost"),
    "active": ("urgent", "solved_ongoing", "solved_ended", "cancelled", "lost"),
    "urgent": ("active", "solved_ongoing", "solved_ended", "cancelled", "lost"),
    "solved_ongoing": ("active", "urgent", "solved_ended"),
    "solved_ended": ("active", "urgent"),
    "cancelled": ("request", "not_started", "active"),
    "lost": ("request",),
}

STATUSES = tuple(STEPS)
OPEN = ("request", "not_started", "active", "urgent", "solved_ongoing")  # there is still something to do
