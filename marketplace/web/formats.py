"""How pages write numbers, money and times: the rules are those of mail and paper too."""

from marketplace.core.formats import DASH, LOCALES, MINUS, Formats

__all__ = ["DASH", "LOCALES", "MINUS", "Formats"]
