"""What people say to each other in the tests."""

LONG_AGO = "2026-03-02T09:30:00Z"


def a_call(**changes):
    call = {
        "kind": "call",
        "direction": "in",
        "subject": "Trenger to sveisere",
        "body": "Fra mandag.",
        "happened_at": LONG_AGO,
    }
    return {**call, **changes}
