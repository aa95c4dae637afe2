"""The queries that the data dictionary shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Expression(str):
    """A value of a query that the page prints as Python code, as it is known only when the code runs."""

    __slots__ = ()
    __repr__ = str.__str__


@dataclass(frozen=True)
class Query:
    """A query on the page; tests measure it, and run it against the demo."""

    says: str
    collection: str
    filter: Mapping[str, Any]
    sort: tuple[tuple[str, int], ...] = ()
    limit: int = 0
    shows: str = ""
    """The fields that the query prints, separated by spaces; empty for the default of ``show``."""
    name: str = ""
    """The variable that holds the result, if it is one document that other queries use."""

    @property
    def python(self) -> str:
        """The query as Python code."""
        moment = r"datetime\.datetime\((.*?), tzinfo=datetime\.timezone\.utc\)"
        wanted = re.sub(moment, r"datetime(\1, tzinfo=UTC)", repr(dict(self.filter)).replace("'", '"'))
        collection = f"db.{self.collection}"
        order = ", ".join(f'("{name}", {direction})' for name, direction in self.sort)
        sort = f".sort([{order}])" if self.sort else ""
        limit = f".limit({self.limit})" if self.limit else ""
        columns = f', "{self.shows}"' if self.shows else ""
        if self.name:
            return f"{self.name} = {collection}.find_one({wanted})\nshow([{self.name}]{columns})"
        return f"show({collection}.find({wanted}){sort}{limit}{columns})"


_NEWEST = (("day", -1), ("published_at", -1))

QUERIES = (
    Query(
        "The ten newest articles of a newspaper, with copies", "articles", {"source": "alayam24"}, _NEWEST, 10
    ),
    Query("… without copies", "articles", {"source": "alayam24", "duplicate_of": None}, _NEWEST, 10),
    Query(
        "The newest articles of a newspaper since a day",
        "articles",
        {"source": "alayam24", "duplicate_of": None, "day": {"$gte": "2024-04-03"}},
        _NEWEST,
    ),
    Query(
        "One Hijri month (رمضان 1445)",
        "articles",
        {"hijri_month": "1445-09", "duplicate_of": None},
        (("hijri_day", 1),),
        shows="hijri_day source title",
    ),
    Query(
        "The same month over all countries, in the Umm al-Qura calendar",
        "articles",
        {"hijri_month_uaq": "1445-09", "duplicate_of": None},
        (("hijri_day_uaq", 1),),
        shows="hijri_day_uaq country source title",
    ),
    Query("One day", "news", {"day": "2024-04-03"}),
    Query(
        "Articles with a counted date that may also be of that day (the demo has none)",
        "articles",
        {"published.latest": {"$gte": "2024-04-03"}, "published.earliest": {"$lte": "2024-04-03"}},
        shows="source title published",
    ),
    Query(
        "A section of a newspaper",
        "articles",
        {"source": "alayam24", "section": "رياضة", "duplicate_of": None},
        (("day", -1),),
    ),
    Query(
        "Changes since a moment: articles that are new, corrected, removed, or linked to another story",
        "articles",
        {"updated_at": {"$gte": dt.datetime(2024, 4, 1, 12, 0, tzinfo=dt.UTC)}},
        (("updated_at", 1),),
        shows="updated_at revision gone_at duplicate_of title",
    ),
    Query(
        "Corrections since a moment (the demo has none)",
        "revisions",
        {"replaced_at": {"$gte": dt.datetime(2024, 4, 1, 12, 0, tzinfo=dt.UTC)}},
        (("replaced_at", 1),),
        shows="replaced_at article changed",
    ),
    Query(
        "Articles that newspapers removed since a moment (the demo has none)",
        "articles",
        {"gone_at": {"$gte": dt.datetime(2024, 4, 1, 12, 0, tzinfo=dt.UTC)}},
        (("gone_at", 1),),
        shows="gone_at source title",
    ),
    Query(
        "Articles that were forgotten since a moment (the demo has none)",
        "forgotten",
        {"updated_at": {"$gte": dt.datetime(2024, 4, 1, 12, 0, tzinfo=dt.UTC)}},
        (("updated_at", 1),),
        shows="updated_at article",
    ),
    Query("A keyword (the demo has none)", "articles", {"tags": "الأطلس"}, shows="source tags title"),
    Query("An author", "articles", {"authors": "يونس بنعلا"}, shows="source authors title"),
    Query(
        "Words, folded as the text index has them",
        "articles",
        {"$text": {"$search": Expression('fold("أسعار")')}},
    ),
    Query(
        "Articles without a day, and why",
        "articles",
        {"source": "alayam24", "day": None},
        shows="published_missing title",
    ),
    Query(
        "One copy, for the id of its story",
        "articles",
        {"source": "alayam24", "duplicate_of": {"$ne": None}},
        name="copy",
        shows="story title",
    ),
    Query(
        "The story of an article: its root and all copies",
        "articles",
        {"story": Expression('copy["story"]')},
        shows="duplicate_of site title",
    ),
    Query(
        "The same story as one document",
        "stories",
        {"_id": Expression('copy["story"]')},
        shows="title copies",
    ),
    Query(
        "The number of articles of a newspaper by day",
        "coverage",
        {"source": "alayam24", "day": {"$gte": "2024-04-01"}},
        (("day", 1),),
        shows="day articles copies complete why",
    ),
    Query(
        "All newspapers on a day",
        "coverage",
        {"day": "2024-04-03"},
        (("source", 1),),
        shows="source articles copies complete why",
    ),
    Query(
        "The last runs of a site",
        "runs",
        {"site": "alayam24"},
        (("began", -1),),
        10,
        shows="began outcome summary",
    ),
    Query(
        "The former texts of a corrected article (the demo has none)",
        "revisions",
        {"article": Expression('copy["_id"]')},
        (("revision", 1),),
        shows="revision seen_until changed title body",
    ),
    Query(
        "Pages of a site that were not articles, and why",
        "rejections",
        {"site": "alayam24", "reason": "no_body"},
        shows="reason detail url",
    ),
)
