"""``scrapy web``: a read-only site for operators and readers, by default on loopback.

A page is a :class:`~newscrawl.web.page.WebPage` in the ``PAGES`` of its module, which ``pages.py`` lists:

- ``read(context, asked)`` queries MongoDB in a thread, and examines at most 30 documents for each line shown;
  it raises ``NotFoundError`` or ``WrongError``;
- ``show(data, asked)`` is a pure function that turns the data into the variables of the template;
- ``templates/NAME.html`` extends ``base.html`` and uses ``macros.html``; its title is the word
  ``NAME.title``;
- its words are in ``words/*.tsv``, one line for each key, in English and Arabic: ``t("key", n=3)`` in a
  template. The number ``n`` selects one of several forms (``one | other``).

A link is ``link("NAME", site="hespress")``, which adds the prefix of a proxy. Text from outside goes through
``foreign(text)``, moments through ``ago(moment)`` or ``exact(moment)``, numbers through ``number(n)``. Text
that programs wrote (errors, log lines, arguments) goes through ``secret.machine``, which masks secrets.

A page that a newspaper sent is never part of these pages. ``kept.py`` serves it from another web origin, in a
frame that runs no scripts; ``asked.frame("rejected", id)`` is its address, and ``kept.KINDS`` holds the
kinds.
"""
