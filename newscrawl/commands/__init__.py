"""The sub-commands of ``scrapy`` that this project adds or improves."""
