"""What the body decides about rules: a draft adopted or withdrawn, a version validated by a jurist or no longer.

It knows policies as the catalogue does; what it keeps is followed by every process (`following.py`).
"""
