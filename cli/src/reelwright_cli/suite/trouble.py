"""What can keep the suite from running, in words for the person who started it."""


class Trouble(Exception):
    """Something to be put right by the person at the keyboard: the message says what it is and what to do."""
