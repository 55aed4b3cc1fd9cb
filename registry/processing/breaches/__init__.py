"""Personal data breaches: the 72 hours that run from the moment one is known, what the CNIL and people were told.

Source of law: GDPR art. 33 and 34, loi 78-17 art. 58.
"""
