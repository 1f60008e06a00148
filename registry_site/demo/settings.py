"""The site's settings in the demo: a deployment's, with all that it keeps in one directory."""

import os

from registry_site.demo import state

# Before the next import reads it: what the shell says of these is about another site.
os.environ |= state.here().environ()

from registry_site.settings import *  # noqa: F403
from registry_site.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "registry_site.demo"]
ROOT_URLCONF = "registry_site.demo.urls"
# Each sealing of the trail is noted for an operator to keep; here it would tear the progress apart.
LOGGING = {
    **LOGGING,
    "loggers": {**LOGGING["loggers"], "domainguard.trail": {"level": "WARNING"}},  # type: ignore[dict-item]
}
STATIC_ROOT = None  # type: ignore[assignment]  # WhiteNoise serves from where the files are
