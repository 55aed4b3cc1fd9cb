"""How data is governed: who meets and decides, what is to be done, who was trained, what stewards attest.

Internal (management of data) and external (territorial partners). Stakes and principles are those the policies state.
"""
