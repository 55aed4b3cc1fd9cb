"""What an inspection suggests of the fields of a dataset, and what a person makes of it: nothing is decided alone."""
