"""What the agency works on for its customers.

Owns: projects with their numbers and statuses, and a copy of the customers.
Announces: ProjectOpened, ProjectDetailsChanged, ProjectStatusChanged.
Follows: CustomerRegistered, CustomerRenamed, CustomerDepartmentsChanged, CustomerRestated.
"""
