"""The site kit: the code behind ``scrapy newsite``, ``fixture``, ``verify``, ``sites`` and ``try``.

``asking`` downloads for a command. ``probe`` finds out what a new site offers, ``addresses`` guesses the
article pattern, ``selectors`` the markup, and ``declare`` writes the site file. ``listed`` downloads the
lists of a declaration, ``verify`` checks whether it still holds. ``fixture`` saves an offline site, in which
``reword`` replaces the newspaper's words. ``overview`` shows all sites, ``explain`` how one page is read.
"""
