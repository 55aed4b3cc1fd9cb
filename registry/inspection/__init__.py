"""Inspection: opens a tabular file or a database, and says which columns hold personal data, with reasons.

Law: RGPD articles 4 (1), 5 §1 c, 9 and 10; loi 78-17, article 30 (NIR).

It knows values and no record: a file is read in a process apart, a database in a transaction that only reads. What
leaves this room is counts, shares and reasons, never a value. Who keeps what was suggested, and what a person made of
it, is the business of rooms above.
"""
