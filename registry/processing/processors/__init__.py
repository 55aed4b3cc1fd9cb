"""Processors: who processes for an activity under which contract, what art. 28 §3 asks of it, and who works below them.

Source of law: GDPR art. 28; law 78-17 art. 60.
"""
