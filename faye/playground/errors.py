"""The errors that Discord's REST interface answers with, by name."""

from faye.playground.wire import Json


class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's error code, text, and the tree of wrong fields."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Json | None = None,
        *,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{status} ({code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.retry_after_s = retry_after_s

    @property
    def body(self) -> Json:
        """The JSON object that Discord would send."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        if self.retry_after_s is not None:
            body |= {"retry_after": self.retry_after_s, "global": False}
        return body


def unauthorized() -> ApiError:
    """The bot's token is missing or wrong."""
    return ApiError(401, 0, "401: Unauthorized")


def method_not_allowed() -> ApiError:
    """The route exists for other methods only."""
    return ApiError(405, 0, "405: Method Not Allowed")


def not_found() -> ApiError:
    """No such route."""
    return ApiError(404, 0, "404: Not Found")


def missing_access() -> ApiError:
    """The object exists but belongs to another application."""
    return ApiError(403, 50001, "Missing Access")


def foreign_author() -> ApiError:
    """Only the author may edit a message."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def unknown_channel() -> ApiError:
    """No such channel."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    """No such guild."""
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    """The user is not in the guild."""
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    """The message never existed, was deleted, or is not visible here."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    """No such user."""
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    """No interaction has this token, or it was not acknowledged yet."""
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_command() -> ApiError:
    """No such application command in this scope."""
    return ApiError(404, 10063, "Unknown application command")


def unknown_interaction() -> ApiError:
    """The interaction is unknown, or its first response came too late."""
    return ApiError(404, 10062, "Unknown interaction")


def already_acknowledged() -> ApiError:
    """A second first response."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> ApiError:
    """The interaction's token outlived its fifteen minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def empty_message() -> ApiError:
    """A message needs content, embeds, files or components."""
    return ApiError(400, 50006, "Cannot send an empty message")


def cannot_message_user(status: int = 403) -> ApiError:
    """The person takes no direct messages; a bot that wants to write to itself is told so with status 400."""
    return ApiError(status, 50007, "Cannot send messages to this user")


def invalid_recipient() -> ApiError:
    """Nobody has the id that direct messages shall go to."""
    return ApiError(400, 50033, "Invalid Recipient(s)")


def payload_too_large() -> ApiError:
    """The files exceed the upload limit."""
    return ApiError(413, 40005, "Request entity too large")


def not_json() -> ApiError:
    """The body is not JSON."""
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def not_a_form() -> ApiError:
    """The body says to be multipart, and is not."""
    return ApiError(400, 50035, "Invalid Form Body")


def too_many_commands(maximum: int) -> ApiError:
    """More global commands than Discord keeps."""
    return ApiError(400, 30032, f"Maximum number of application commands reached ({maximum})")


def too_many_creations(maximum: int, retry_after_s: float) -> ApiError:
    """More new commands than an application may make in a day."""
    message = f"Max number of daily application command creates has been reached ({maximum})"
    return ApiError(429, 30034, message, retry_after_s=retry_after_s)


def invalid_form(errors: Json) -> ApiError:
    """Fields break a rule; the tree names each of them."""
    return ApiError(400, 50035, "Invalid Form Body", errors)
