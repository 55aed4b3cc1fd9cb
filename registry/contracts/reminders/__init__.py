"""Reminding a contract's holder of what is late, then, once the delay given has passed, putting it on formal notice."""
