"""What every contract about one dataset says of it on a day, put side by side, and what of it cannot all be followed.

Source of law: CCP L3131-2 to L3131-4; CRPA L323-2, L325-1. Must not know: how a dataset is published or derived.
"""
