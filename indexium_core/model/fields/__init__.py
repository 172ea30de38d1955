"""
The fields of a file that Indexium plans and writes: their table, and the rules of their values.

`table` lists the fields. `custom` has the fields that users define, and those that this process knows.
`values` checks what a person enters and returns its canonical text: every value is a text in
the plan, in the database and in files, and None is a field that the file does not have. The containers know where each
field is stored.
"""
