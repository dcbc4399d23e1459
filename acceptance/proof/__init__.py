"""The proof that the specification notices: every fault is planted, and the real command run on it.

`trials` says what is tried and how its end is judged, `runs` carries trials out, several at once, `nothing` is a
platform that does nothing. What comes of it is in `acceptance.reporting.proof`.
"""
