"""How customers are invoiced, and what they owe.

Owns: invoice information, fixed invoice lines, credit rating and limit, invoices, and the economy drawn from them.
Announces: InvoiceTermsChanged, ProjectInvoicingSwitched, InvoiceReferenceEnded, FixedLineAdded, FixedLineRevised,
    FixedLineRemoved, CreditRatingChanged, CreditRecommended, CreditLimitApproved, InvoiceTakenOver.
Follows: CustomerRegistered, CustomerRenamed, CustomerDetailsChanged, CustomerDepartmentsChanged, ContactAdded,
    ContactDetailsChanged, ContactEnded, CustomerRestated, ContactRestated, InvoiceImported, CreditReportReceived.
"""
