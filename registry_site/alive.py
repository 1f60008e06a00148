"""Answers a container's health check without starting Django: `python -m registry_site.alive`.

With `host:port` it asks whether the site there is ready; without, whether this container's worker
or beat has reached the broker a moment ago. Exit 0 means yes.
"""

from __future__ import annotations

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

_SECONDS = 4.0
_TOO_OLD = 30.0  # workers beat every two seconds, the beat every second


def is_ready(place: str) -> bool:
    """Ask the site at `host:port`, by the name it is known by, whether it is ready."""
    connection = HTTPConnection(place, timeout=_SECONDS)
    name = urlsplit(os.environ.get("PUBLIC_ORIGIN", "")).netloc or place
    try:
        connection.request("GET", "/health/ready", headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def has_heartbeat(file: Path) -> bool:
    """Say whether the file was touched within half a minute."""
    try:
        return time.time() - file.stat().st_mtime < _TOO_OLD
    except OSError:
        return False


def is_well(arguments: list[str]) -> bool:
    """Answer for the process of this container."""
    if arguments:
        return is_ready(arguments[0])
    return has_heartbeat(Path(os.environ["HEARTBEAT_FILE"]))


if __name__ == "__main__":
    sys.exit(not is_well(sys.argv[1:]))
