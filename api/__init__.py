"""What the page's server has for other programs, under /api: readings, the model's card, and metrics for the host.

paths.py         all addresses, of which those are there that the host has turned on
reading.py       a request for a reading, from its first byte to the answer
body.py          receives what a program sends, and parses it; all of it is bounded
limits.py        how much one address may ask for, and all of them at once
errors.py        errors as JSON
description.py   the model's card, and openapi.json, which describes all addresses
metrics.py       what happens on the page and here, as Prometheus reads it
"""
