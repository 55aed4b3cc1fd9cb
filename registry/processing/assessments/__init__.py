"""Data-protection impact assessments: when one is due, what it says, who validated it, when it is read again.

Source of law: GDPR articles 35 and 36. Whether one is due is decided in one place, `rules.decide`, and stored nowhere.
"""
