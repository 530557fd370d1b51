"""The one table from expected failures to answers: a page that a person understands, or problem+json.

Source of the JSON form: RFC 9457; a problem without a type of its own bears the status's own title. An
unexpected failure shows and logs a random number, never its text.
"""

import logging
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from idsvc.domain import errors
from idsvc.domain.ids import fresh_id
from idsvc.web.languages import Languages, mark
from idsvc.web.log import record_event


@dataclass(frozen=True, slots=True)
class Answer:
    """How one kind of failure is told; `sentence` stands in where the failure brings none fit to show."""

    status: int
    headline: str
    sentence: str | None = None


_ASK_STAFF: Final = mark("Nothing was changed. Please try again in a few minutes, or tell the office.")

# From the particular to the general: the first class that fits decides.
FAILURES: Final[tuple[tuple[type[errors.IdsvcError], Answer], ...]] = (
    (errors.BadInput, Answer(422, mark("Please look at this again"))),
    (errors.NotFound, Answer(404, mark("We can’t find that"))),
    (errors.Conflict, Answer(409, mark("That can’t be done now"))),
    (errors.Refusal, Answer(403, mark("That is not possible"))),
    (errors.Destroyed, Answer(410, mark("That no longer exists"))),
    (errors.Unavailable, Answer(503, mark("Please try again soon"), _ASK_STAFF)),
    (errors.IdsvcError, Answer(500, mark("This needs the office"), _ASK_STAFF)),
)

_HTTP: Final = {
    400: Answer(
        400, mark("We could not read that"), mark("Go back, load the page again and send it once more.")
    ),
    403: Answer(
        403, mark("That is not possible"), mark("Open the page again from the start and repeat the step.")
    ),
    404: Answer(404, mark("There is no page here"), mark("Check the address, or go to the start page.")),
    405: Answer(
        405, mark("That is not possible"), mark("Open the page again from the start and repeat the step.")
    ),
    406: Answer(406, mark("We don’t have that form"), mark("Ask for another content type.")),
    413: Answer(
        413, mark("That is too large"), mark("Choose a smaller file, up to 8 megabytes, and send it again.")
    ),
    415: Answer(415, mark("We could not read that"), mark("Send it in the form that the page describes.")),
    421: Answer(421, mark("There is no page here"), mark("Check the address, or go to the start page.")),
    429: Answer(429, mark("Too many at once"), mark("Wait a minute, then try again.")),
}
_INTERFACE: Final = "/api/"
_DESCRIBED: Final = "the interface is described at /api/openapi.json."
_TO_PROGRAMS: Final = {
    400: f"This request cannot be read; {_DESCRIBED}",
    404: f"There is nothing at this address; {_DESCRIBED}",
    421: "This host name is not served here; use the address of the city's verifier.",
}
"""What the programs that use the interface are told, where the failure itself does not say it."""
_UNEXPECTED: Final = Answer(
    500,
    mark("This did not work"),
    mark("It is our fault, not yours. Try again in a few minutes, or give the office the number below."),
)


def wants_json() -> bool:
    """Tell whether the asker is a program: the interface's addresses, or a preference for JSON over pages."""
    if _is_interface():
        return True
    best = flask.request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"]
    )
    return best not in (None, "text/html")


def answer_failure(error: errors.IdsvcError) -> flask.Response:
    """Answer an expected failure by the table."""
    answer = next(answer for kind, answer in FAILURES if isinstance(error, kind))
    if answer.status >= 500:  # noqa: PLR2004 - the server's own fault
        record_event("refused", level=logging.ERROR, error=error, status=answer.status)
    field = error.field if isinstance(error, errors.BadInput) else None
    return tell(answer, sentence=answer.sentence or str(error), field=field)


def answer_http(error: HTTPException) -> flask.Response:
    """Answer what Flask itself refuses, in the same words and form."""
    if error.response is not None:
        return flask.make_response(error.response)
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - a redirect is no failure
        return flask.make_response(error.get_response())
    known = _HTTP.get(code) or Answer(code, _HTTP[400].headline, _HTTP[400].sentence)
    sentence = (_tell_program(error, code) if _is_interface() else None) or known.sentence or ""
    response = tell(known, sentence=sentence)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _is_interface() -> bool:
    return flask.request.path.startswith(_INTERFACE)


def _tell_program(error: HTTPException, code: int) -> str | None:
    """Say to a developer what to send instead; None where the words for people fit."""
    if isinstance(error, MethodNotAllowed):
        methods = sorted(set(error.valid_methods or ()) - {"HEAD", "OPTIONS"})
        return f"This address answers {' and '.join(methods)} alone; {_DESCRIBED}"
    if error.description and error.description != type(error).description:
        return error.description
    return _TO_PROGRAMS.get(code)


def answer_unexpected(error: Exception) -> flask.Response:
    """Answer a mistake of the program with a number that the log holds too."""
    incident = fresh_id(os.urandom)
    record_event("failed", level=logging.ERROR, error=error, incident=incident)
    return tell(_UNEXPECTED, sentence=_UNEXPECTED.sentence or "", incident=incident)


def tell(
    answer: Answer, *, sentence: str, field: str | None = None, incident: str | None = None
) -> flask.Response:
    """Write one failure as a page or as problem+json."""
    languages: Languages = flask.current_app.extensions["languages"]
    if wants_json():
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(answer.status).phrase,
            "status": answer.status,
            "detail": sentence,
        }
        problem |= {"field": field} if field else {}
        problem |= {"instance": f"urn:uuid:{incident}"} if incident else {}
        response = flask.jsonify(problem)
        response.content_type = "application/problem+json"
    else:
        response = flask.make_response(
            flask.render_template(
                "shared/failure.html",
                headline=languages.gettext(answer.headline),
                sentence=languages.gettext(sentence),
                incident=incident,
            )
        )
    response.status_code = answer.status
    return response


def register(app: flask.Flask) -> None:
    """Give the application its table."""
    app.register_error_handler(errors.IdsvcError, answer_failure)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)
