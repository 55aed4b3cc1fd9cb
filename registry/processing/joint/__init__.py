"""Joint controllers: the arrangement on an activity, who answers for what, and the outline that is shown to people.

Source of law: GDPR art. 26; law 78-17 art. 59.
"""
