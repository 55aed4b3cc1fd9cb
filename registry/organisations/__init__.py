"""Organisations: the authority, its communes and services, the people appointed in them, and until when.

Source of law: CGCT L5215-1 (communautés urbaines), CRPA L330-1 (PRADA), GDPR art. 37 (DPO).
It knows no dataset and no account.
"""
