"""What is normal for a series, and how unusual its newest values are. Detectors are listed in `detectors.py`."""
