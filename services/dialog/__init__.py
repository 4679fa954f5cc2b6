"""What the agency and its customers say to each other.

Owns: communications registered by hand, and copies of the customers and their contacts.
Announces: CommunicationRegistered, CommunicationCorrected.
Follows: CustomerRegistered, CustomerRenamed, CustomerDepartmentsChanged, ContactAdded, ContactDetailsChanged,
    ContactEnded, CustomerRestated, ContactRestated.
"""
