"""The law of confidentiality as rules: what may be told by whom to whom, about whom, for what purpose and why.

The floors above may rely on this: everything here is a pure function of its arguments. There is no clock, no database
and no network. Unknown never permits, a forbid beats every permit, and every rule is asked every time.
"""
