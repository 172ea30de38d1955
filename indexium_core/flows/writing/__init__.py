"""
Writing: an operation changes many files, with one protocol for each file.

In: a selection of the plan. Out: changed and verified files, journal entries and the outcome of each item. `writer`
starts an operation, `operation_runner` runs it, `file_edit` and `replacing` change one file, `recovery` repairs the
state after a killed process. A file is edited on a thread (`LocalEdits`) or in one of the `workers`.
"""
