"""Routes of the directory."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select

from chassis.api import Routes, match
from chassis.auth import Unauthenticated
from chassis.db import find, reading, transaction
from chassis.paging import page
from gateway.directory import actions
from gateway.directory.models import Department, Employee
from gateway.directory.schemas import (
    DepartmentShape,
    DepartmentsShape,
    EmployeeListShape,
    EmployeePageShape,
    EmployeeShape,
    MeShape,
)
from gateway.visitors import Visitor, whoami

api = Routes("directory", url_prefix="/api/directory", description="Departments, employees, and who is signed in")

DEPARTMENT, EMPLOYEE = DepartmentShape(), EmployeeShape()


@api.get("/me")
@api.response(200, MeShape)
def me() -> dict[str, Any]:
    """Show who is signed in."""
    return shown(whoami(request))


def shown(visitor: Visitor | None) -> dict[str, Any]:
    """Write a visitor as ``MeShape`` does."""
    if visitor is None:
        raise Unauthenticated
    who = visitor.caller
    return {
        "id": who.employee,
        "name": visitor.name,
        "email": visitor.email,
        "role": visitor.role,
        "tenant": visitor.tenant_name,
        "rights": sorted(who.rights),
        "departments": who.departments,
        "everywhere": who.everywhere,
        "operator": bool(who.operator),
        "off": sorted(who.disabled),
        "csrf_token": visitor.csrf_token,
    }


@api.get("/departments")
@api.response(200, DepartmentsShape)
def list_departments() -> dict[str, Any]:
    """List the departments by name."""
    with reading() as session:
        return {"items": session.scalars(select(Department).order_by(Department.name)).all()}


@api.post("/departments")
@api.arguments(DepartmentShape)
@api.response(201, DepartmentShape)
def open_department(data: dict[str, Any]) -> Department:
    """Open a department."""
    with transaction() as session:
        return actions.open_department(session, **data)


@api.get("/departments/<uuid:department_id>")
@api.response(200, DepartmentShape)
def show_department(department_id: UUID) -> Department:
    """Show one department."""
    with reading() as session:
        return find(session, Department, department_id)


@api.patch("/departments/<uuid:department_id>")
@api.arguments(DepartmentShape)
@api.response(200, DepartmentShape)
def rename(data: dict[str, Any], department_id: UUID) -> Department:
    """Give a department another name."""
    with transaction() as session:
        department = find(session, Department, department_id)
        match(department, DEPARTMENT)
        return actions.rename(session, department, **data)


@api.get("/employees")
@api.arguments(EmployeeListShape, location="query")
@api.response(200, EmployeePageShape)
def list_employees(asked: dict[str, Any]) -> dict[str, Any]:
    """List the employees by name; ``active=true`` leaves out those who left."""
    query = select(Employee)
    if "active" in asked:
        query = query.where(Employee.active.is_(asked["active"]))
    with reading() as session:
        return page(session, query, (Employee.name, Employee.id), asked)


@api.post("/employees")
@api.arguments(EmployeeShape)
@api.response(201, EmployeeShape)
def add_employee(data: dict[str, Any]) -> Employee:
    """Register an employee, with a password or without."""
    with transaction() as session:
        return actions.add_employee(session, **data)


@api.get("/employees/<uuid:employee_id>")
@api.response(200, EmployeeShape)
def show_employee(employee_id: UUID) -> Employee:
    """Show one employee."""
    with reading() as session:
        return find(session, Employee, employee_id)


@api.patch("/employees/<uuid:employee_id>")
@api.arguments(EmployeeShape(partial=True))
@api.response(200, EmployeeShape)
def edit(data: dict[str, Any], employee_id: UUID) -> Employee:
    """Change what is known of an employee, the password, or whether the person still works here."""
    with transaction() as session:
        employee = find(session, Employee, employee_id)
        match(employee, EMPLOYEE)
        return actions.edit(session, employee, **data)
