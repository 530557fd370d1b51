"""The section [evidence] of a program file, read into `EvidenceRules`."""

from idsvc.domain.evidence import (
    CARETAKER,
    Ages,
    EvidenceRules,
    Feature,
    Paper,
    Question,
    Rank,
    Waiver,
    Way,
    Worth,
)
from idsvc.program.reading import Table, any_of

_KEY = r"[a-z][a-z0-9_]*"
_MOST_POINTS = 1000
_WORTH = f'a number of points from 1 to {_MOST_POINTS}, "primary" or "secondary"'


def read_evidence(table: Table, languages: tuple[str, ...]) -> EvidenceRules:
    """Read [evidence] and everything below it; every paper needs a name in the first of `languages`."""
    organisations = _organisations(table)
    papers = _papers(table, languages, tuple(organisations))
    keys = tuple(paper.key for paper in papers)
    rules = EvidenceRules(
        papers=papers,
        identity=_ways(table, Question.IDENTITY, keys),
        residency=_ways(table, Question.RESIDENCY, keys),
        waivers=_waivers(table),
        organisations=organisations,
        year_only_birth_date=table.yes_or_no("year_only_birth_date"),
    )
    table.close()
    return rules


def _organisations(table: Table) -> dict[str, tuple[str, ...]]:
    lists = table.table_if_written("organisations")
    if lists is None:
        return {}
    found = {}
    for name in lists.keys():  # noqa: SIM118 - a Table is no mapping; it gives its keys by name
        found[name] = lists.texts(name, "a list of one or more organisations by name")
        if name == CARETAKER:
            lists.mistake(name, "another name for the list: caretakers are no organisation")
    return found


def _papers(table: Table, languages: tuple[str, ...], organisations: tuple[str, ...]) -> tuple[Paper, ...]:
    listed = table.table("paper")
    papers = []
    for key in listed.keys():  # noqa: SIM118 - as above
        entry = listed.table(key)
        papers.append(_paper(key, entry, languages, organisations))
        entry.close()
    return tuple(papers)


def _paper(key: str, entry: Table, languages: tuple[str, ...], organisations: tuple[str, ...]) -> Paper:
    paper = Paper(
        key=key,
        names=_names(entry, languages),
        identity=_worth(entry, "identity"),
        residency=_worth(entry, "residency"),
        features=entry.choices("features", Feature, default=frozenset()),
        counts_for_both=entry.yes_or_no("counts_for_both", default=False),
        at_most=entry.whole("at_most", "how many of this paper count, 1 to 9", low=1, high=9, default=1),
        ages=entry.ages("ages", default=Ages()),
        given_by=_given_by(entry, organisations),
        not_older_than=entry.span_or_none("not_older_than"),
        confirms_stay_of=entry.span_or_none("confirms_stay_of"),
        expires=entry.yes_or_no("expires", default=False),
        expired_up_to=entry.span_or_none("expired_up_to"),
        expired_identity=_worth(entry, "expired_identity"),
    )
    if paper.identity is None and paper.residency is None:
        entry.mistake("identity", f"what the paper counts: identity or residency, each {_WORTH}", "nothing")
    if paper.counts_for_both and (paper.identity is None or paper.residency is None):
        entry.mistake("counts_for_both", "both identity and residency on a paper that counts for both")
    if paper.expired_up_to and not paper.expires:
        entry.mistake("expired_up_to", "expires = true beside it: else the expiry date is never looked at")
    if paper.expired_identity and not (paper.expired_up_to and paper.identity):
        entry.mistake("expired_identity", "expired_up_to and identity beside it")
    return paper


def _names(entry: Table, languages: tuple[str, ...]) -> dict[str, str]:
    table = entry.table("names")
    names = {}
    for language in table.keys():  # noqa: SIM118 - as above
        names[language] = table.text(language, "the paper's name in that language")
        if languages and language not in languages:
            table.mistake(
                language, f"one of the program's languages: {any_of(languages)}", f'the language "{language}"'
            )
    if languages and entry.has("names") and languages[0] not in names:
        table.mistake(
            languages[0], f"the paper's name in \"{languages[0]}\", the program's first language", "nothing"
        )
    return names


def _given_by(entry: Table, organisations: tuple[str, ...]) -> str | None:
    if not entry.has("given_by"):
        entry.raw("given_by")
        return None
    giver = entry.text("given_by")
    if giver not in (CARETAKER, *organisations):
        entry.mistake(
            "given_by", f"{any_of((CARETAKER, *organisations))} (lists stand in [evidence.organisations])"
        )
    return giver


def _worth(entry: Table, key: str) -> Worth | None:
    value = entry.raw(key)
    match value:
        case None:
            return None
        case bool():
            pass
        case int() if 1 <= value <= _MOST_POINTS:
            return Worth(value)
        case "primary" | "secondary":
            return Worth(0, Rank(value))
    entry.mistake(key, _WORTH)
    return None


def _ways(table: Table, question: Question, papers: tuple[str, ...]) -> tuple[Way, ...]:
    ways = []
    for entry in table.tables(question, at_least=1):
        asks = [
            key
            for key in ("points", "papers", "primary", "secondary", "one_of_each", "all_of")
            if entry.has(key)
        ]
        if not asks:
            entry.mistake(
                "points",
                "what is enough: points, papers, primary, secondary, one_of_each or all_of",
                "nothing",
            )
        ways.append(
            Way(
                points=entry.whole(
                    "points", f"1 to {_MOST_POINTS} points", low=1, high=_MOST_POINTS, default=0
                ),
                papers=entry.whole("papers", "a number of papers from 1 to 9", low=1, high=9, default=0),
                primary=entry.whole(
                    "primary", "a number of primary papers from 1 to 9", low=1, high=9, default=0
                ),
                secondary=entry.whole(
                    "secondary", "a number of secondary papers from 1 to 9", low=1, high=9, default=0
                ),
                one_of_each=_groups(entry, papers),
                shows=tuple(sorted(entry.choices("shows", Feature, default=frozenset()))),
                ages=entry.ages("ages", default=Ages()),
            ),
        )
        entry.close()
    return tuple(ways)


def _groups(entry: Table, papers: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Read one_of_each (a list of lists) and all_of (a list) into groups of which each gives one paper."""
    groups = [(key,) for key in entry.texts("all_of", "a list of papers by key", pattern=_KEY, default=())]
    listed = entry.raw("one_of_each")
    if listed is not None:
        wanted = 'lists of papers by key, such as [["passport", "state_id"], ["birth_certificate"]]'
        lists = listed if isinstance(listed, list) and listed else [None]
        for group in lists:
            if isinstance(group, list) and group and all(isinstance(key, str) for key in group):
                groups.append(tuple(group))
            else:
                entry.mistake("one_of_each", wanted)
    named = [key for group in groups for key in group]
    for key in dict.fromkeys(named):
        at = "one_of_each" if entry.has("one_of_each") else "all_of"
        if key not in papers:
            entry.mistake(at, "the key of a paper that has a table [evidence.paper.…]", f'"{key}"')
        elif named.count(key) > 1:
            entry.mistake(
                at, "every paper in one group only: one paper cannot serve twice", f'"{key}" more than once'
            )
    return tuple(groups)


def _waivers(table: Table) -> tuple[Waiver, ...]:
    waivers = []
    for entry in table.tables("waiver"):
        waiver = Waiver(
            ages=entry.ages("ages"),
            features=entry.choices("features", Feature, default=frozenset()),
            questions=entry.choices("questions", Question, default=frozenset()),
            with_caretaker=entry.yes_or_no("with_caretaker", default=False),
        )
        if not (waiver.features or waiver.questions):
            entry.mistake("features", "what is waived: features or questions", "nothing")
        entry.close()
        waivers.append(waiver)
    return tuple(waivers)
