import datetime as dt

import pytest

from newscrawl.spider import Arguments


def test_all_arguments_are_strings_as_scrapyd_passes_them() -> None:
    given = {
        "since": "2024-03-20",
        "until": "1445-09-17H",
        "limit": "10",
        "sections": "politics, sport",
        "discover": "feed,sitemap",
        "refresh": "2",
        "url": "https://www.alayam24.com/articles-1.html",
        "_job": "26d1b1a6d6f111e0be5c001e648c57f8",
    }
    arguments = Arguments.read(given, "MA")
    assert arguments.since == dt.date(2024, 3, 20)
    assert arguments.until == dt.date(2024, 3, 28)  # Morocco began Ramadan 1445 on 12 March
    assert arguments.limit == 10
    assert arguments.sections == {"politics", "sport"}
    assert arguments.discover == {"feed", "sitemap"}
    assert arguments.refresh == 2
    assert Arguments.read({}) == Arguments()
    assert Arguments.read({"limit": ""}) == Arguments()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("since", "31-31-2024", "since='31-31-2024'"),
        ("since", "1445-09-31H", "since='1445-09-31H'"),
        ("limit", "0", "limit='0' should be a whole number above zero"),
        ("refresh", "-1", "refresh='-1'"),
        ("limit", "٣", "limit='٣'"),
        ("discover", "listing,magic", "discover='magic' should be one of: listing, feed, sitemap"),
        ("url", "www.alayam24.com", "url='www.alayam24.com' should begin with http"),
        ("jobdir", "x", "unknown argument 'jobdir'; the arguments are: since"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_the_remedy(name: str, value: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        Arguments.read({name: value})


def test_since_after_until_is_refused() -> None:
    with pytest.raises(ValueError, match="should not be after"):
        Arguments.read({"since": "2024-03-27", "until": "2024-03-20"})
