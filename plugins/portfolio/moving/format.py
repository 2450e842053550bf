"""The form of the archive: what its members are called, what its manifest says, how much may be in it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

FORMAT, FORMAT_VERSION = "contrada-portfolio", 1
MANIFEST = "manifest.json"
FILES_TABLE, LINKS_TABLE = "files", "links"
MOST_MEMBERS = 10_000
MOST_MANIFEST_BYTES = 4_000_000
MOST_LINE_BYTES = 4_000_000
MOST_ROWS = 100_000
"""In all tables together."""
MOST_UNPACKED = 4 * 1024**3
MOST_RATIO = 200
SMALL_ENOUGH = 4 * 1024**2
"""A member below this size unpacked may have any ratio."""


class Member(BaseModel):
    """A member of the archive: its size in bytes, unpacked, and its SHA-256."""

    model_config = ConfigDict(extra="forbid", strict=True)

    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What the archive says of itself; ``rows`` counts the lines of each table."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: str
    version: int
    product: str = Field(max_length=80)
    made_at: str = Field(max_length=40)
    owner: str = Field(max_length=200)
    language: str = Field(max_length=8)
    rows: dict[str, int]
    members: dict[str, Member]


class FileLine(BaseModel):
    """A line of ``data/files.jsonl``: one file, and the member that holds its bytes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern="^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
    name: str = Field(min_length=1, max_length=200)
    media_type: str = Field(max_length=120)
    size: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    purpose: str = Field(max_length=60)
    created_at: str = Field(max_length=40)
    member: str = Field(max_length=300)


class LinkLine(BaseModel):
    """A line of ``data/links.jsonl``: an item proves a skill."""

    model_config = ConfigDict(extra="forbid", strict=True)

    skill: str = Field(pattern="^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
    proof: str = Field(pattern="^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")


def data_member(table: str) -> str:
    """Where the lines of a table stand."""
    return f"data/{table}.jsonl"
