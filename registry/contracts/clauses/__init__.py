"""The clauses of contracts: what each says, since which signature, for which datasets, on any day."""
