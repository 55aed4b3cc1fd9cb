"""From "may it be given to whoever asks?" to "is it published?": secrets, decision, redaction, what obliges to publish.

Source of law: CRPA L311-5 to L311-7, L312-1-1, L312-1-2, D312-1-3, L323-2 and D323-2-1; Code du patrimoine L213-2.
It writes no stage: what is taken down asks the lifecycle for its withdrawal.
"""
