"""Builds printed patient packs and wallet cards; `build.py` is the command in front of it."""

VERSION = "0.1.0"
