"""The note for the assembly on a contract, and the summary of all: what is signed, what binds, what is missing, what to
decide.

Source of law: CGCT L1411-13, L1411-3; CCP L3131-2 to L3131-5. Must not know: who renders documents, nor who seals them.
"""
