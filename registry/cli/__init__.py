"""The command `beffroi`: what an administrator does from a terminal, one module per concern."""
