"""The description of the interface for programs, in OpenAPI 3.1."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from idsvc.credential import Reason, Verdict
from idsvc.web.verifier.answers import FIELDS, LARGEST_BODY, LONGEST_TOKEN, MOST_TOKENS

_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "The body is empty, or the request cannot be read at all.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Another method than POST; nothing about cards is read from an address.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body is larger than {LARGEST_BODY // 1024} kB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The content type is not application/json.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Not the JSON that is described here; `field` names the member.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many cards from one network.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The city's lists are not here yet, or cannot be believed.",
}


def describe_interface(card_name: str) -> dict[str, object]:
    """Write the document for one city."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{card_name}: check cards",
            "version": "1",
            "summary": "Check the signed codes of city cards. Nothing that is sent is kept.",
            "description": (
                "Send the text of a card's QR code, never a picture: read the code on your own device. "
                "Nothing of a card is stored or logged; the city counts answers by day and verdict. "
                "A program that checks many cards does better without this interface: see the signed lists."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {"/api/v1/verify": {"post": _verify()}},
        "components": {"schemas": _schemas()},
    }


def _verify() -> dict[str, object]:
    return {
        "operationId": "verifyCards",
        "summary": "Check up to 20 cards",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
        },
        "responses": {
            "200": {
                "description": "One answer for each token, in the same order.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Response"}}},
            },
            **{str(int(status)): _refusal(status) for status in _REFUSALS},
        },
    }


def _refusal(status: HTTPStatus) -> Mapping[str, object]:
    refusal: dict[str, object] = {
        "description": f"{_REFUSALS[status]} `detail` says what to do.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        wait = {"type": "integer", "minimum": 1}
        refusal["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": wait}
        }
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        refusal["headers"] = {
            "Allow": {"description": "What is answered.", "required": True, "schema": {"type": "string"}}
        }
    return refusal


def _schemas() -> dict[str, object]:
    date: dict[str, object] = {"type": ["string", "null"], "format": "date"}
    said: dict[str, object] = {"type": ["boolean", "null"]}
    kinds: dict[str, dict[str, object]] = {
        "name": {"type": "string"},
        "number": {"type": "string"},
        "birth_date": date,
        "over_18": said,
        "over_21": said,
        "issued_on": {"type": "string", "format": "date"},
        "expires_on": date | {"description": "The last day; null when the card has no end date."},
        "portrait": {
            "type": ["string", "null"],
            "description": "The small portrait as a data: address; null when the code holds none.",
        },
    }
    return {
        "Request": {
            "type": "object",
            "required": ["tokens"],
            "additionalProperties": False,
            "properties": {
                "tokens": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_TOKENS,
                    "items": {
                        "type": "string",
                        "maxLength": LONGEST_TOKEN,
                        "description": "The text of one QR code, as it was read.",
                    },
                },
                "fields": {
                    "type": "array",
                    "uniqueItems": True,
                    "maxItems": len(FIELDS),
                    "items": {"type": "string", "enum": list(FIELDS)},
                    "description": "What you need to know of a genuine card. Nothing else is told.",
                },
            },
        },
        "Response": {
            "type": "object",
            "required": ["results"],
            "additionalProperties": False,
            "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Result"}}},
        },
        "Result": {
            "type": "object",
            "required": ["verdict", "reason", "message"],
            "additionalProperties": False,
            "properties": {
                "verdict": {"type": "string", "enum": [verdict.value for verdict in Verdict]},
                "reason": {"type": "string", "enum": [reason.value for reason in Reason]},
                "message": {"type": "string", "description": "A sentence for people."},
                "since": date | {"description": "The day that the sentence speaks of."},
                "fields": {
                    "type": "object",
                    "description": "Only with a verdict that begins with GENUINE, only what was named.",
                    "additionalProperties": False,
                    "properties": kinds,
                },
            },
        },
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string", "description": "The status in words."},
                "status": {"type": "integer"},
                "detail": {"type": "string", "description": "What to do, in one sentence."},
                "field": {"type": "string", "description": "The member of the body that is wrong."},
                "instance": {"type": "string", "description": "The number of a fault, for the city."},
            },
        },
    }
