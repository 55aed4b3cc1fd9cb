"""What is checked of a file that a contract's holder hands over, against what the clauses ask."""
