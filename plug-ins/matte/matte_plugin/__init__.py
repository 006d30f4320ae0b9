"""The plug-in behind `matte.py`: actions, the document, the worker's client.

Standard library and gi alone. `worker_client` and `home` know nothing of GIMP.
"""
