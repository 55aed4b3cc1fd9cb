"""Information systems: where datasets live, who holds them, and what sovereignty asks of them."""
