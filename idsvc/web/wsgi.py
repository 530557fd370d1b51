"""What a production server loads: `idsvc.web.wsgi:build`, called once in each worker."""

import os
import sys

from idsvc.bootstrap import open_runtime
from idsvc.bootstrap.hygiene import refuse_core_dumps, refuse_temporary_files
from idsvc.config import read_settings
from idsvc.web.app import Application, create_app
from idsvc.web.log import open_log


def build() -> Application:
    """Build the application from this process's environment."""
    refuse_core_dumps()
    open_log(sys.stderr)
    application = create_app(open_runtime(read_settings(os.environ)))
    refuse_temporary_files()
    return application
