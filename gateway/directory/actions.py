"""What can be done with departments and employees."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.errors import Invalid, Refused
from chassis.events import plain
from chassis.outbox import record
from contracts import changes
from contracts.gateway import DepartmentOpened, DepartmentRenamed, EmployeeAdded, EmployeeDetailsChanged
from gateway.directory.models import Department, Employee, Tenant, unknown_departments
from gateway.signin import actions as accounts


class NameTaken(Refused):
    """There is a department of this name already."""

    field = "name"


class LastAdmin(Refused):
    """Somebody must remain who can administer the agency."""

    field = "role"


def open_department(session: Session, name: str) -> Department:
    """Open a department."""
    _refuse_taken(session, name)
    department = Department(name=name)
    session.add(department)
    record(session, DepartmentOpened(department.id, name), department)
    return department


def rename(session: Session, department: Department, name: str) -> Department:
    """Give a department another name."""
    if name != department.name:
        _refuse_taken(session, name)
        before, department.name = department.name, name
        record(session, DepartmentRenamed(department.id, before, name), department)
    return department


def add_employee(
    session: Session, name: str, email: str, role: str, departments: list[UUID], **details: Any
) -> Employee:
    """Register an employee with an account; without a password nobody can sign in to it yet."""
    _refuse_unknown(session, departments)
    password = details.pop("password", None)
    employee = Employee(name=name, email=email, role=role, departments=departments, active=True)
    session.add(employee)
    record(session, EmployeeAdded(employee.id, name, email, role, departments), employee)
    accounts.open_account(session, employee.id, email, password)
    if details.get("active") is False:
        edit(session, employee, active=False)
    return employee


def edit(session: Session, employee: Employee, password: str | None = None, **details: Any) -> Employee:
    """Change what is known of an employee, or the password; who is no longer active is signed out at once."""
    _refuse_unknown(session, details.get("departments", employee.departments))
    before = {field: getattr(employee, field) for field in details}
    found = changes(plain(before), plain(details))
    if found:
        _refuse_without_admin(session, employee, **details)
        for field, value in details.items():
            setattr(employee, field, value)
        record(session, EmployeeDetailsChanged(employee.id, employee.name, found), employee)
    _follow(session, employee, details, password)
    return employee


def _follow(session: Session, employee: Employee, details: dict[str, Any], password: str | None) -> None:
    """Let the account follow the employee."""
    if "email" in details:
        accounts.change_email(session, employee.id, details["email"])
    if "active" in details:
        accounts.admit(session, employee.id, active=details["active"])
    if password is not None:
        accounts.change_password(session, employee.id, password)


def _refuse_taken(session: Session, name: str) -> None:
    if session.scalars(select(Department.id).where(Department.name == name)).one_or_none():
        raise NameTaken(name)


def _refuse_unknown(session: Session, departments: list[UUID]) -> None:
    if not departments:
        raise Invalid({"departments": "Choose at least one department."})
    if unknown_departments(session, departments):
        raise Invalid({"departments": "There is no such department."})


def _refuse_without_admin(session: Session, employee: Employee, **details: Any) -> None:
    stays = details.get("role", employee.role) == "admin" and details.get("active", employee.active)
    if stays or employee.role != "admin" or not employee.active:
        return
    session.scalars(select(Tenant).with_for_update()).one()  # of two admins who retire each other one must wait
    others = select(func.count(Employee.id)).where(
        Employee.role == "admin", Employee.active, Employee.id != employee.id
    )
    if not session.scalar(others):
        raise LastAdmin
