"""The description of the interface for programs, in OpenAPI 3.1."""

from typing import Final

from idsvc.credential import Reason, Verdict
from idsvc.web.verifier.answers import FIELDS, LONGEST_TOKEN, MOST_TOKENS

_PROBLEM: Final = {
    "description": "Refused; `detail` says what to do.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
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
            **dict.fromkeys(("400", "413", "415", "422", "503"), _PROBLEM),
            "429": _PROBLEM
            | {
                "headers": {
                    "Retry-After": {
                        "description": "Seconds to wait.",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1},
                    }
                }
            },
        },
    }


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
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "field": {"type": "string"},
                "instance": {"type": "string"},
            },
        },
    }
