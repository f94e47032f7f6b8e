"""Measurements of the harness itself: speed and agreement with other tools."""
