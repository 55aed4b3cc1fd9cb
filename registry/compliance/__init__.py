"""Compliance: the law as data. Policies, four verdicts, findings and their history, explanations.

It knows a subject only as (kind, id): the rooms above hand over the facts. Source of law: each policy's own.
"""
