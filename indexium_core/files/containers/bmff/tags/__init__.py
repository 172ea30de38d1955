"""
The fields of an ISO base media file: where they are, and their content.

`field_map` has the boxes and keys of each field. `places` finds the places of all fields, `new_places` the place of a
new value. `strings` and `items` read and write the content, `times` the creation time.
"""
