import logging

from newscrawl.mongod.opening import resolve_uri
from newscrawl.runs import FirstError, outcome, summary
from newscrawl.vocabulary import RunOutcome


def judge(reason: str = "finished", walks: bool = True, new: int = 0, **stats: int) -> str:
    named = {f"newscrawl/{name.replace('__', '/')}": value for name, value in stats.items()}
    return outcome(reason, named, {"new": new}, walks=walks)


def test_outcomes() -> None:
    assert judge(discovery__links=3, discovery__pages=1, new=2) == "ok"
    assert judge(discovery__links=3, discovery__pages=1) == "nothing_new"
    assert judge(discovery__links=3, articles__pending=1, new=2) == "partial"
    assert judge(discovery__links=3, discovery__failed__timeout=1, new=2) == "partial"
    assert judge(discovery__pages=2) == "no_links"
    assert judge(discovery__failed__dns=1) == "unreachable"
    assert judge(discovery__failed__timeout=1, discovery__pages=1) == "no_links"
    assert judge(discovery__failed__robots=1) == "refused"
    assert judge(discovery__failed__client=2) == "refused"
    assert judge("shutdown", discovery__links=3, new=1) == "partial"
    assert judge("shutdown") == "partial"
    assert judge("limit", new=5) == "ok"
    assert judge("store_down") == "store_down"
    assert judge("refused") == "refused"
    assert judge("start_error") == "fault"
    assert judge(articles__fault=1, discovery__links=2) == "fault"
    assert judge(not_recorded=1, discovery__links=2, new=2) == "fault"
    assert judge(discovery__no_section=1, discovery__pages=1, discovery__links=3) == "no_links"
    assert judge(walks=False, new=1) == "ok"
    assert judge(walks=False, articles__pending=1) == "unreachable"
    assert judge(walks=False, articles__refused=1) == "refused"
    assert judge("shutdown", walks=False, articles__pending=1) == "partial"
    assert judge(articles__refused=1, discovery__links=2, new=1) == "ok"
    assert outcome("finished", {"spider_exceptions/count": 1}, {}, walks=True) == "fault"


def test_exit_statuses_distinguish_the_site_the_store_and_newscrawl() -> None:
    assert {RunOutcome(name).exit_status for name in ("ok", "partial", "nothing_new")} == {0}
    assert {RunOutcome(name).exit_status for name in ("no_links", "refused", "unreachable")} == {3}
    assert (RunOutcome.FAULT.exit_status, RunOutcome.STORE_DOWN.exit_status) == (1, 4)


def test_summary_is_one_sentence_with_the_remedy() -> None:
    said = summary("alayam24", RunOutcome.NO_LINKS, {}, {}, 0)
    assert "its listings contain no link to an article" in said
    assert "\n" not in said


def test_the_summary_says_what_is_known_about_the_outcome() -> None:
    because = "GET https://www.alayam24.com/articles-1.html is not in the recording"
    assert f"alayam24: fault ({because}). 0 new" in summary("alayam24", RunOutcome.FAULT, {}, {}, 0, because)


def test_the_first_error_is_kept_in_one_line_without_credentials() -> None:
    resolve_uri({"MONGODB_URI": "mongodb://writer:s3cret@db.example/newscrawl"})
    kept, log = FirstError(), logging.getLogger("تجربة")
    log.addHandler(kept)
    try:
        raise ValueError("mongodb://writer:s3cret@db.example\nلا يجيب s3cret")
    except ValueError:
        log.exception("broken %s", "https://www.example.ma/1")
    log.error("another")
    log.removeHandler(kept)
    assert kept.line == "broken https://www.example.ma/1: ValueError: mongodb://***@db.example لا يجيب ***"
