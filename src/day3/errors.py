"""The one kind of error that is shown to a user without a traceback."""


class UserError(Exception):
    """Something that the user can mend: its text says what, where and what was expected, a line for each thing."""
