"""Contracts: the concessions, public contracts and agreements that bind the authority, thin yet: parties and dates.

Source of law: CCP L1121-1 and L1121-3 (concessions, DSP), L1111-1 (public contracts); CGCT L1411-1; GDPR art. 26 and 28
(the role each party has). Must not know: processing, nor the clauses and amendments that will widen it.
"""
