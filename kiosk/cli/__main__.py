"""`python -m kiosk.cli` is `taxi-kiosk`."""

from kiosk.cli.main import main

main()
