"""
Custom fields: the fields that a user defines, beside those of the table.

In: a definition (key, type, allowed values, names in files). Out: the definitions of the home, registered in this
process, so that every other capability knows the field from the table of fields.
"""
