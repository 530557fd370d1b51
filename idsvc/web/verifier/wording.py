"""Every text that the verifier page can show, by name; the page gets them as one file per language.

The words of the verdicts are those of `idsvc.credential.words`: a page, a program and a command say the same.
"""

from typing import Final

from idsvc.credential.words import WORDS
from idsvc.web.languages import Languages, mark

_PAGE: Final = {
    "title": mark("Check a card"),
    "intro": mark("Hold the square code on the back of the card before the camera."),
    "start": mark("Start the camera"),
    "stop": mark("Stop the camera"),
    "picture": mark("Choose a picture"),
    "scanner": mark("A hand scanner works too: just scan."),
    "next": mark("Next card"),
    "language": mark("Language"),
    "camera": mark("Camera"),
    "light": mark("Light"),
    "sound": mark("Sound"),
    "purpose": mark("What do you need to know?"),
    "purpose-identity": mark("Who it is"),
    "purpose-age21": mark("Whether the person is 21"),
    "purpose-residency": mark("Whether the person lives here"),
    "purpose-bank": mark("What a bank needs"),
    "privacy": mark("The check happens on this device. No scan is sent or kept."),
    "starting": mark("Starting the camera…"),
    "starting-help": mark("If the browser asks, allow the camera."),
    "scanning": mark("Hold the code inside the frame."),
    "scanning-hint": mark(
        "No code found yet. Hold the card flat, about a hand’s width away, with light on it."
    ),
    "checking": mark("Checking…"),
    "denied": mark("The camera is not allowed"),
    "denied-help": mark(
        "Allow the camera for this page in the browser’s settings, or choose a picture of the code."
    ),
    "none": mark("No camera found"),
    "none-help": mark(
        "Connect a camera and start again, use a hand scanner, or choose a picture of the code."
    ),
    "busy": mark("The camera is in use"),
    "busy-help": mark("Close the other program that uses it, then start again."),
    "insecure": mark("This page was not opened securely"),
    "insecure-help": mark(
        "Open it again with https:// at the start of the address. Browsers allow a camera only then."
    ),
    "no-lists": mark("Not ready yet"),
    "no-lists-help": mark(
        "This device has not received the city’s lists. Connect it to the internet once, then try again."
    ),
    "old-browser": mark("This browser is too old"),
    "old-browser-help": mark("Update it, or use another device. Nothing can be checked with this one."),
    "not-picture": mark("This is not a picture"),
    "not-picture-help": mark("Choose a photo of the code, a JPEG or PNG file, or use the camera."),
    "no-code": mark("No code was found in the picture. Take it again, sharp and straight from above."),
    "update": mark("Update now"),
    "updating": mark("Updating…"),
    "updated": mark("The lists are up to date."),
    "update-failed": mark("The lists could not be updated. Check the internet connection."),
    "updated-scan": mark("The lists are up to date now. Scan the card again."),
    "lists-of": mark("City lists of {date}"),
    "lists-old": mark("City lists of {date}. Connect to the internet to update them."),
    "lists-refused": mark("A list was offered that is older or not from the city. It was not used."),
    "UNKNOWN_KEY.current": mark(
        "This device is up to date, and the city names no valid key for this card. Do not rely on the card. "
        "This alone is no sign of wrongdoing: give it back and send the person to the city."
    ),
    "person": mark("Is this the person?"),
    "portrait": mark("Portrait from the card’s signed code"),
    "no-portrait": mark("This code holds no portrait. Compare with the printed one."),
    "name": mark("Name"),
    "valid-until": mark("Valid until"),
    "no-expiry": mark("No end date"),
    "validity": mark("Valid"),
    "over18": mark("18 or over"),
    "over21": mark("21 or over"),
    "yes": mark("Yes"),
    "no": mark("No"),
    "unsaid": mark("The card does not say"),
    "show-birth-date": mark("Show birth date"),
    "birth-date": mark("Birth date"),
    "number": mark("Card number"),
    "issuer": mark("Issued by"),
    "issued-on": mark("Issued on"),
    "residence": mark("Residence"),
    "residence-proved": mark("Proved residence on {date}"),
    "clears": mark("This page clears itself after 30 seconds."),
    "cleared": mark("Cleared. Ready for the next card."),
}
LABELS: Final = frozenset(_PAGE)


def page_texts(languages: Languages, code: str) -> dict[str, str]:
    """Say every text in one language; a verdict's are named `GENUINE.heading` and `GENUINE.sentence`."""
    texts = dict(_PAGE)
    for verdict, words in WORDS.items():
        texts[f"{verdict}.heading"] = words.heading
        texts[f"{verdict}.sentence"] = words.sentence
    return {name: languages.translate(code, text) for name, text in texts.items()}


def colours() -> dict[str, str]:
    """Give the colour of each verdict."""
    return {verdict.value: words.colour.value for verdict, words in WORDS.items()}
