"""Evidence: the files that prove what the registry states, typed, dated, and linked to what each of them proves.

Source of law: GDPR art. 5 §2 and 24 (to be able to demonstrate compliance), art. 28 §3 (h); CRPA L300-2.
Must not know: datasets, contracts, processing. What a file proves is known here as (kind, number) only; the rooms above
hand over how each kind is found, named and read (`subjects.py`).
"""
