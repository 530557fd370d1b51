"""Find the files that come with the product: in a checkout beside idsvc/, in a wheel under idsvc/_files/."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def path(relative: str) -> Path:
    """Return the path of a shipped file or folder, such as `templates/fonts`.

    Raises FileNotFoundError when the installation lacks it.
    """
    for root in (_PACKAGE.parent, _PACKAGE / "_files"):
        candidate = root / relative
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"This installation lacks {relative}; install idsvc again.")
