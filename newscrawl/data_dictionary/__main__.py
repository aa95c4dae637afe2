"""Print the page: ``python -m newscrawl.data_dictionary > docs/data.md``."""

from newscrawl.data_dictionary.page import page

if __name__ == "__main__":
    print(page(), end="")
