"""The doctor: what this machine or a target lacks, and how to mend it.

It looks and changes nothing. What looks at the machine rests upon Python's own library alone, since the packages may be
what is missing; what looks at a target asks it as a run would, by the same drivers and within the same deadlines.
"""
