"""The link by which the holder of a contract deposits what it owes, without account: one contract, for some days."""
