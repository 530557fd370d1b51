"""`idsvc develop`: what scripts/start runs; an installation for development under var/, served."""

import os
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from idsvc import resources
from idsvc.bootstrap import open_full, system_clock
from idsvc.bootstrap.founding import Places, found_for_development, sign_list
from idsvc.bootstrap.full import Runtime
from idsvc.cli import exits
from idsvc.cli.demo import SAMPLE, run_demo
from idsvc.cli.demo_world import Holder
from idsvc.cli.serving import read_bind
from idsvc.config import DEFAULT_DATABASE_URL, read_settings
from idsvc.credential.keys import Purpose
from idsvc.domain.errors import Unavailable
from idsvc.domain.ids import EnrollmentId, fresh_id
from idsvc.domain.minimization import Intake, retain
from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.reading import read_codes
from idsvc.printing.documents.raster import rasterise
from idsvc.program import evidence_document, load
from idsvc.services import publication
from idsvc.services.print_queue import mark_printed, take_batch
from idsvc.signing.stores import open_root_keys
from idsvc.storage.database import Database
from idsvc.storage.records import BatchId
from idsvc.web import server

_FOLDER: Final = Path("var")
_ACTOR: Final = "0" * 31 + "2"
_REPUBLISH_SECONDS: Final = 3600.0
_RESIGN_BEFORE: Final = timedelta(days=45)


@click.command(epilog="Example: scripts/start", hidden=True)
@click.option("--no-serve", is_flag=True, help="Prepare everything, then stop.")
def develop(no_serve: bool) -> int:
    """Found a development installation under var/, show the demonstration once, serve all surfaces.

    The keys under var/ are for development: the root keys lie beside them. Never enroll a person here.
    """
    program_file = resources.path("templates/programs/riverbend/program.toml")
    places = Places(_FOLDER)
    os.environ.update(
        {**places.environment(program=program_file, database_url=DEFAULT_DATABASE_URL), **os.environ}
    )
    settings = read_settings(os.environ)
    host, port = read_bind(settings.bind)
    if not no_serve:
        server.claim_port(host, port)
    found_for_development(places, program=load(program_file), now=system_clock(), random=os.urandom)
    Database(settings.database_url, random=os.urandom).upgrade()
    runtime = open_full(settings)
    _renew_trust(runtime, places)
    runtime.retention().run(vouched=runtime.today())
    _publish(runtime)
    specimen = _FOLDER / "specimen"
    if not specimen.exists():
        click.echo("The first time, one card's whole life is shown (idsvc demo):")
        if run_demo(_FOLDER / "demo", _sample_holder(), program_file, settings.database_url) != exits.DONE:
            raise Unavailable("The demonstration did not hold; see var/demo/report.json.")
        _issue_specimen(runtime, specimen)
        _publish(runtime)
    base = settings.base_urls.get("verifier", f"http://localhost:{port}")
    click.echo(
        f"\nThe city is at {base}/ and the verifier at {base}/verify/\n"
        f"Hold {specimen / 'back.png'} before the camera there, or choose it as a picture: it is genuine.\n"
        "Ctrl-C stops."
    )
    if no_serve:
        return exits.DONE
    _every(_REPUBLISH_SECONDS, lambda: _publish(runtime))
    server.serve(host=host, port=port)
    return exits.DONE


def _publish(runtime: Runtime) -> None:
    runtime.publish(Path(runtime.settings.need("public")), evidence_document(runtime.program))


def _renew_trust(runtime: Runtime, places: Places) -> None:
    """Hold the quarterly ceremony here, where the root keys of a development installation lie."""
    believed = publication.read_believed(places.public, runtime.roots)
    due = runtime.clock() + _RESIGN_BEFORE
    signing = [entry for entry in runtime.keys.status() if entry.purpose in (Purpose.CARD, Purpose.STATUS)]
    known = believed is not None and all(believed.find(entry.key_id) for entry in signing)
    if believed is None or not known or believed.stale(int(due.timestamp())):
        roots = open_root_keys(places.roots, places.secret, random=os.urandom)
        sign_list(runtime.keys.status(), roots, places.public, program=runtime.program, now=runtime.clock())


def _sample_holder() -> Holder:
    return Holder("Maya Rivera-Chen", date(1988, 3, 14), resources.path(SAMPLE).read_bytes())


def _issue_specimen(runtime: Runtime, folder: Path) -> None:
    """Issue one card with the development keys, by every step that a counter takes."""
    holder = _sample_holder()
    desk = runtime.desk(_ACTOR)
    intake = Intake(holder.name, holder.birth_date, identity_met=True, residency_met=True)
    facts = retain(intake, runtime.program, runtime.today())
    enrollment = EnrollmentId(fresh_id(runtime.random))
    desk.enroll(enrollment, facts, make_portrait(holder.portrait).jpeg, different_person=True)
    batch = BatchId(fresh_id(runtime.random))
    job = runtime.transact(lambda s: take_batch(s, batch, size=1, random=runtime.random))[0]
    file = desk.reader.open_print_file(job)
    runtime.transact(
        lambda s: mark_printed(
            s, job.id, program=runtime.program, journal=desk.journal, today=runtime.today()
        )
    )
    _publish(runtime)
    scanned = read_codes(file.card)[0].text
    card = desk.activate(scanned, runtime.verifier())
    desk.hand_over(card.id)
    front, back = rasterise(file.card)
    folder.mkdir(parents=True)
    made = {"card.pdf": file.card, "front.png": front, "back.png": back, "token.txt": scanned.encode()}
    for name, content in made.items():
        (folder / name).write_bytes(content)


def _every(seconds: float, act: Callable[[], None]) -> None:
    """Run an act again and again beside the server, as a timer does in production."""

    def run() -> None:
        while not threading.Event().wait(seconds):
            act()

    threading.Thread(target=run, daemon=True).start()
