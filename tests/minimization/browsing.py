"""What a visitor's browser tells a server unasked, sent to every address that takes something in."""

from flask import Flask

from tests.minimization.hidden import Hidden

TAKING_IN = frozenset({"/language", "/api/v1/verify"})
"""The addresses that `browse` sends to; the census compares them with those of all surfaces."""
_FIRST_LANGUAGE = "en"
"""Who speaks the language that a page opens in chooses none."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def list_taking_in(app: Flask) -> set[str]:
    """List the addresses of an application that take anything but a question."""
    return {rule.rule for rule in app.url_map.iter_rules() if (rule.methods or set()) - _SAFE}


def browse(app: Flask, hidden: Hidden, token: str) -> list[int]:
    """Visit as somebody of that language, from that page, about those papers; gives the answers' codes."""
    language = hidden.language.partition("_")[0]
    client = app.test_client()
    client.set_cookie("seen", hidden.papers[0])
    headers = {
        "Accept-Language": f"{language};q=0.9, en;q=0.1",
        "User-Agent": f"Browser ({hidden.language})",
        "Referer": f"https://search.example/?q={'+'.join(hidden.papers)}",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": f"192.0.2.{len(hidden.file_name)}",
    }
    question = {"tokens": [token, hidden.file_name]}
    answers = [client.get("/", query_string={"from": hidden.papers[0]}, headers=headers)]
    if language != _FIRST_LANGUAGE:
        choices = (language, hidden.language)
        answers += [client.post("/language", data={"language": code}, headers=headers) for code in choices]
    answers += [
        client.get("/", headers=headers),
        client.post("/api/v1/verify", json=question, headers=headers),
        client.post("/api/v1/verify", data=hidden.file_name, headers=headers),
        client.get(f"/{hidden.file_name}", headers=headers),
    ]
    return [answer.status_code for answer in answers]


def read_figures(app: Flask) -> str:
    """Give what the server counts of its own, as a balancer reads it."""
    figures = app.test_client().get("/metrics").get_data(as_text=True).splitlines()
    return "\n".join(line for line in figures if line.startswith("idsvc_") and "_created" not in line)
