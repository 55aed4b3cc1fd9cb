"""What a data protection officer watches over: what is late, and in which body, over all the records they keep.

Source of law: GDPR art. 39 §1 b.
"""
