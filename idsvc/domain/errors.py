"""The expected failures of the whole system; each carries one sentence that a person can act on.

Two tables map them outward: `idsvc.web.errors` to HTTP and `idsvc.cli.exits` to exit codes.
A sentence never repeats what was typed about a person.
"""


class IdsvcError(Exception):
    """An expected failure; its text is one sentence that says what to do."""


class Refusal(IdsvcError):
    """The request was understood and is not allowed or not possible; nothing was changed."""


class BadInput(Refusal):
    """A value cannot be taken as it is; `field` names it in the words of the form."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class NeedsConfirmation(BadInput):
    """A value can be taken if whoever typed it says that it is meant so; the question is recorded nowhere."""


class NotFound(Refusal):
    """What was asked for is not here (or is not shown to the asker)."""


class Conflict(Refusal):
    """The thing is in a state that does not allow this step."""


class BadSetting(IdsvcError):
    """A setting, key file or program file is missing or wrong; the process does not start."""


class Unavailable(IdsvcError):
    """Something this needs (database, key store, disk, printer) cannot be used now; trying again may help."""


class Destroyed(IdsvcError):
    """The key that would open this is gone, by purge or past its day; nothing can bring it back."""


class SealBroken(IdsvcError):
    """A sealed item does not belong to this place, owner or kind, or was altered."""
