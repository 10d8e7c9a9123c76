"""Reading what a bot uploads: JSON alone, or JSON with files beside it."""

import mimetypes
from io import BytesIO
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from PIL import Image

from faye.playground import errors, limits
from faye.playground.messages import StoredFile
from faye.playground.wire import Json, decode

SAFE_IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What a browser may show in place; anything else is offered for download only."""

_CHUNK_BYTES = 64 * 1024
_PARTS_MAX = limits.ATTACHMENTS_MAX + 1
"""The JSON and every file once. Parts are counted and not names, for a name may be repeated."""

_NO_FORM = (ValueError, AssertionError, EOFError, LookupError, RuntimeError, HttpProcessingError)
"""What the library fails with where bytes are no form: it says so in many ways."""


async def read_body(request: web.Request) -> tuple[Json, dict[str, StoredFile]]:
    """Return the JSON object of a request and its files by their index; raises `ApiError`."""
    if not request.content_type.startswith("multipart/"):
        return _object(await request.read()), {}
    try:
        return await _read_parts(request)
    except _NO_FORM as error:
        raise errors.not_a_form() from error


async def _read_parts(request: web.Request) -> tuple[Json, dict[str, StoredFile]]:
    body: Json = {}
    files: dict[str, StoredFile] = {}
    parts = 0
    async for part in await request.multipart():
        parts += 1
        if parts > _PARTS_MAX:
            raise errors.payload_too_large()
        if not isinstance(part, BodyPartReader):
            raise errors.not_json()
        data = await _bounded(part)
        if part.name == "payload_json":
            body = _object(data)
            continue
        if len(files) == limits.ATTACHMENTS_MAX:
            raise errors.payload_too_large()
        index = (part.name or "").removeprefix("files[").removesuffix("]")
        files[index] = _file(part.filename or "file", data)
    return body, files


async def _bounded(part: BodyPartReader) -> bytes:
    """Return a part's content; raises `ApiError` 40005 without holding more than the limit in memory."""
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        data += chunk
        if len(data) > limits.UPLOAD_BYTES_MAX:
            raise errors.payload_too_large()
    return bytes(data)


def image_size(file: StoredFile) -> dict[str, int]:
    """Return width and height of an image, nothing for any other file."""
    if file.content_type not in SAFE_IMAGE_TYPES:
        return {}
    try:
        with Image.open(BytesIO(file.data)) as image:
            return {"width": image.width, "height": image.height}
    except (OSError, ValueError, Image.DecompressionBombError):
        return {}


def _file(name: str, data: bytes) -> StoredFile:
    # Only a plain name can stand in an address.
    plain = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[-100:].lstrip(".") or "file"
    # Not strict: Python 3.11 and 3.12 know WebP only among the types that are common and not registered.
    guessed = mimetypes.guess_type(plain, strict=False)[0]
    return StoredFile(plain, guessed or "application/octet-stream", data)


def _object(text: bytes) -> Json:
    if not text:
        return {}
    try:
        value: Any = decode(text)
    except ValueError:
        raise errors.not_json() from None
    if not isinstance(value, dict):
        raise errors.not_json()
    return value
