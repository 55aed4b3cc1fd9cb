"""Campaigns of certification: whoever keeps a sheet is asked, by a day, whether it is still right."""
