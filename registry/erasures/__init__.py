"""Erasing a person: where the registry names them, what must be done before, the erasure itself and its receipt.

Source of law: GDPR 17 (the right), 17 §3 (what may be kept, and on which ground). It knows the tables of every room by
what each column declares (`registry/platform/tables.py`), never by name: a room that opens later is searched too. The
receipt and the list kept outside the database hold numbers alone; this room must never write a name.
"""
