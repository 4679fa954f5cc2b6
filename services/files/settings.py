"""What the files service must be told."""

from dataclasses import dataclass

from chassis.config import Settings


@dataclass(frozen=True)
class FilesSettings(Settings):
    """Where content is kept, and how much of it for how long."""

    blobs_url: str = "file://var/blobs"  # or s3://bucket/path; a relative folder is one below the working directory
    blobs_endpoint: str = ""  # of an S3 store that is not Amazon's
    blobs_region: str = ""
    blobs_key: str = ""  # empty: the machine's own identity
    blobs_secret: str = ""
    upload_limit: int = 100 * 1024 * 1024  # bytes of one file
    bin_days: int = 30  # until what was thrown away is gone
    orphan_hours: int = 24  # until content that no file points to is gone
    sweep_minutes: int = 60  # between looks for such content
