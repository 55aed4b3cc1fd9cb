"""Accounts: who signs in, by which means, with which roles on which subtrees; sessions and API tokens.

Source of law: GDPR art. 32 (security of processing); CNIL délibération 2022-100 (passwords).
It knows organisations and people, and nothing they record.
"""
