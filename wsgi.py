"""What gunicorn and `flask` load."""

from marketplace.app import start

app = start()
