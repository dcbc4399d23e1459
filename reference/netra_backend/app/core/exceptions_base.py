"""What chat refuses, and why: every refusal is one of these, and reaches the client in one envelope."""

from __future__ import annotations


class NetraException(Exception):
    """A request that is refused.

    ``message`` is for engineers, ``user_message`` for the person in front of the screen.
    """

    def __init__(self, status_code: int, error_code: str, message: str, user_message: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.error_code = error_code
        self.message = message
        self.user_message = user_message


class AuthenticationRequiredError(NetraException):
    """Nobody has signed in: there is no token."""

    def __init__(self) -> None:
        super().__init__(401, "AUTH_UNAUTHORIZED", "No access token was given", "Please sign in.")


class AuthenticationFailedError(NetraException):
    """The token is not to be believed."""

    def __init__(self, reason: str) -> None:
        super().__init__(401, "AUTH_FAILED", f"The access token was refused: {reason}", "Please sign in again.")


class ThreadNotFoundError(NetraException):
    """This person has no such thread: none has that id, or it is another person's, and nobody is told which."""

    def __init__(self) -> None:
        super().__init__(404, "THREAD_NOT_FOUND", "There is no thread of this id", "This conversation does not exist.")


class ServiceUnavailableError(NetraException):
    """Something that chat depends on does not answer: nothing is wrong with the request, and it may be repeated."""

    def __init__(self, message: str) -> None:
        super().__init__(503, "SERVICE_UNAVAILABLE", message, "This does not work at the moment. Please try again.")
