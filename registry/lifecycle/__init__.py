"""The life of a dataset, from collection to disposal: its moves, the visas they take, what stops them.

Which moves there are is data (`policies/lifecycle.yaml`). No code writes a stage: `advance_stage`, in the database,
does, once the visas are there and what the policies said was written in the same transaction.
"""
