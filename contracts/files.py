"""What the files service announces."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True)
class FileAdded:
    """The customer has one more file."""

    category: ClassVar[str] = "file"
    customer_id: UUID
    file_id: UUID
    name: str
    size: int  # bytes
    content_type: str  # by its content, whatever its name says
    sha256: str


@dataclass(frozen=True)
class FileRenamed:
    """The file has another name; its content is the same."""

    category: ClassVar[str] = "file"
    customer_id: UUID
    file_id: UUID
    before: str
    name: str


@dataclass(frozen=True)
class FileBinned:
    """Somebody threw the file away; until then it can be taken back."""

    category: ClassVar[str] = "file"
    customer_id: UUID
    file_id: UUID
    name: str
    kept_until: datetime


@dataclass(frozen=True)
class FileRestored:
    """The file was taken back out of the bin."""

    category: ClassVar[str] = "file"
    customer_id: UUID
    file_id: UUID
    name: str


@dataclass(frozen=True)
class FilePurged:
    """The file's time in the bin was over; its content is gone."""

    category: ClassVar[str] = "file"
    customer_id: UUID
    file_id: UUID
    name: str
