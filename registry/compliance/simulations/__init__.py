"""Simulations: what a draft policy, or the law of another day, would change of the verdicts of today.

It knows subjects only as (kind, id), writes no finding, and reads what its asker may read.
"""
