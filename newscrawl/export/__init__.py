"""Articles in files: one Arrow schema, rows from MongoDB and from pages that were just read, Parquet parts.

It needs ``pyarrow``, which ``pip install "newscrawl[export]"`` brings.
"""
