"""The data dictionary ``docs/data.md``, from the item classes: ``python -m newscrawl.data_dictionary``."""
