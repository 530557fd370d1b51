"""Enroll people in a loop until somebody kills this process: FOLDER DATABASE_URL COUNT.

Says "ready", then one line "CARD" for each card that is made, then "done".
"""

import os
import sys
from pathlib import Path

from idsvc.storage.database import Database
from tests.services.city import City


def main(folder: str, url: str, count: str) -> None:
    city = City(Path(folder), Database(url, random=os.urandom))
    city.desk  # noqa: B018 - opens every key before work begins
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in range(int(count)):
        made = city.enroll(
            "Person " + os.urandom(4).hex().translate(str.maketrans("0123456789", "ghijklmnop"))
        )
        sys.stdout.write(made.card + "\n")
        sys.stdout.flush()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
