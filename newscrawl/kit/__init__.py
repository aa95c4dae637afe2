"""The site kit: what ``scrapy newsite``, ``fixture``, ``verify``, ``sites`` and ``try`` know.

``asking`` downloads for a command, ``probe`` asks a new site what it offers, ``addresses`` guesses the
article pattern, ``selectors`` the markup, ``declare`` writes the site file; ``listed`` asks what a
declaration leads to, ``verify`` says what of it still holds; ``fixture`` saves an offline site, ``reword``
takes the newspaper's words out of it; ``overview`` shows all sites, ``explain`` how one
page is read.
"""
