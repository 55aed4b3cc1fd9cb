"""Essential data of concessions, in the national format (« DECP »): read, checked, tied to contracts, written back.

Source of law: CCP L3131-1, R3131-1 and annex 17 (order of 22 December 2022). Must not know: the clauses of contracts.
"""
