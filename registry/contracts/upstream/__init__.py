"""What contracts say of the datasets that a dataset is made from, and what of it binds what is made.

Source of law: stipulations of each contract; decision 0015. Must not know: how a dataset is published.
"""
