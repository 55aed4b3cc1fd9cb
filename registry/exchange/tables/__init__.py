"""Reading inventories kept as tables: CSV, XLSX and ODS, under known headers or under those somebody mapped."""
