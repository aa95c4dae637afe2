"""Print the page: ``python -m newscrawl.data_dictionary > docs/data.md``."""

from newscrawl.data_dictionary.page import page

print(page(), end="")
