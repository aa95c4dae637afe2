"""What the pages of `scrapy web` cost."""
