"""
Writing: an operation changes many files, with one protocol for each file.

In: a selection of the plan. Out: changed and verified files, journal entries and the outcome of each item.
`writer` starts an operation, `running` runs it, `editing` and `replacing` change one file, `recovery` repairs the state
after a killed process. `local_edits` and `workers` are the places where a file is edited.
"""
