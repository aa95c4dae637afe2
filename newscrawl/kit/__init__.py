"""The site kit: what ``scrapy newsite``, ``fixture``, ``verify`` and ``sites`` know.

``addresses`` guesses the article pattern, ``selectors`` the markup, ``reword`` takes a newspaper's words
out of a page, ``fixture`` saves an offline site, ``declare`` writes a site file, ``probe`` asks a site.
"""
