"""The networks: their layers, fitting, averaging and calibrating."""
