"""Requests that people and administrations make, told apart by the text that counts their delay.

Source of law: GDPR art. 12 and 15 to 22, CRPA L311-1, R311-13, L322-5, loi 2016-1321 art. 1.
"""
