"""The desk: what each person owes, what they wait for, and the questions asked about a sheet.

Source of law: none of its own. A task is told by what the rooms below hold (findings, appointments, imports) with the
article that makes it one; it is never stored, and vanishes with its cause. Stored are only what people say beside it:
a question, a day until which a task waits, to whom it was handed. It must not know how a finding is reached.
"""
