"""Giving back all that the asker may see, in tables and JSON that are read back here without loss."""
