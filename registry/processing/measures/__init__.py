"""Protective measures: what is to be done to protect data, what it costs, who does it, and by when.

Source of law: GDPR art. 24, 25 and 32.
"""
