"""A web server that can be killed hundreds of times a minute: ``python -m tests.faults.quiz_server INSTANCE PORT``.

The application is loaded once; each life is a fork of it that serves on the same socket, as a
worker of gunicorn with ``preload`` is. When a life is killed, the next one begins at once. The
process id of each life is printed.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

from werkzeug.serving import make_server

from lms.app import create_app
from lms.config import load_settings
from lms.store.base import db


def main(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    app = create_app(load_settings(folder, dict(os.environ)))
    with app.app_context():
        db.engine.dispose()
    listener = socket.create_server(("127.0.0.1", port))
    listener.set_inheritable(True)
    life = 0

    def stop(_number: int, _frame: object) -> None:
        if life:
            os.kill(life, signal.SIGKILL)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        life = os.fork()
        if life == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            make_server("127.0.0.1", port, app, threaded=True, fd=listener.fileno()).serve_forever()
        print(life, flush=True)
        os.waitpid(life, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
