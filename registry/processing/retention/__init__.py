"""How long data is kept and what becomes of it: the rules, each dataset's due dates, holds, slips of disposal.

Source of law: Code du patrimoine L212-2, L212-3, R212-13, R212-51; GDPR art. 5 §1 e.
"""
