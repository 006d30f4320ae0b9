"""The process behind the plug-in: reads requests from a pipe, computes, writes results.

Started as ``<environment's python> -I <this folder>/__main__.py``; the messages are those of
`matte_core.link.requests` and `matte_core.link.results`.
"""
