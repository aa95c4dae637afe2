"""``scrapy web``: a read-only site for operators and readers, on loopback unless told otherwise.

A page is a :class:`~newscrawl.web.page.Page` in the ``PAGES`` of its module, which ``pages.py`` lists:

- ``read(context, asked)`` asks MongoDB, at most 30 documents examined for each line that is shown, in a
  thread; it raises ``NotFoundError`` or ``WrongError``;
- ``show(data, asked)`` is pure: what was read → the variables of the template;
- ``templates/NAME.html`` extends ``base.html`` and uses ``macros.html``; its title is the word
  ``NAME.title``;
- its words stand in ``words/*.tsv``, one line a key with English and Arabic: ``t("key", n=3)`` in a template.
  Several forms (``one | other``) follow the number ``n``.

Links are ``link("NAME", site="hespress")``, which knows the prefix of a proxy. Text of strangers goes through
``foreign(text)``, moments through ``ago(moment)`` or ``exact(moment)``, numbers through ``number(n)``. What
the machinery wrote down (errors, log lines, arguments) goes through ``secret.machine``, which masks secrets.

A page that a newspaper sent is never part of these pages. ``kept.py`` hands it out from another origin, in a
frame that runs nothing; ``asked.frame("rejected", id)`` is its address, ``kept.KINDS`` holds the kinds.
"""
