"""Accepted deviations: a breach that a body goes on with for a time, why, what makes up for it, and who approved.

Source of law: none. Nobody may waive the law: where the policy binds, the breach stays one, and stays counted.
"""
