"""The only program with a face: sign-in, the directory, the CRM settings, the card, and the way to the services.

Owns: accounts and sessions, tenants, departments, employees and roles, and which items are on the card.
Announces: DepartmentOpened, DepartmentRenamed, EmployeeAdded, EmployeeDetailsChanged, ItemsSwitched.
Follows: everything.

Paths: pages stand at the root (``gateway.web``). Under ``/api`` the first word says who answers: the name of a service
(``/api/customers/…``, handed on by ``gateway.proxy`` to that service's ``/…``) or one of the gateway's own
(``/api/session``, ``/api/directory/…``, ``/api/settings/…``, ``/api/card/<id>``, ``/api/docs``).
"""
