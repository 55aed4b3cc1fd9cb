"""The ledger: who did what, when, old and new value; written by the database itself, sealed, append-only.

Source of law: GDPR art. 5 §2 (accountability); what is kept after an erasure rests on art. 17 §3.
It knows tables and rows, not what they mean.
"""
