"""How readings are written down: as text, tables, JSON and Parquet."""
