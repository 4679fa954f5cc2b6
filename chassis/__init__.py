"""What every service needs and no user of a CRM would recognise.

Nothing here may know a word of the domain: what a salesperson would understand belongs in a service. Three
words are shared with it, because the card is built on them: tenant, department and customer (whose card it is).
"""
