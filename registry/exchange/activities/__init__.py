"""The record of processing as a table or as the CNIL's simplified record: taken out, brought in, undone.

Source of law: GDPR art. 30 §1, §2 and §4. It knows activities and what stands below them; it renders no page of theirs.
"""
