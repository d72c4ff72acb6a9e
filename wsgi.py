"""What gunicorn and `flask` load."""

import sys

from marketplace.app import create_app
from marketplace.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"Gongfang does not start: {error}")
