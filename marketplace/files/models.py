"""Tables of uploaded files and who fetched them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base
from marketplace.core.types import UtcDateTime


class File(Base):
    """One upload. `subject_kind`/`subject_id` name what it belongs to (company 7: its papers).

    A drawing that its owner takes away keeps its row and who fetched it; its bytes go.
    """

    __tablename__ = "file"
    __table_args__ = (Index("ix_file_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FileReader(Base):
    """A company besides the owner that may read a file."""

    __tablename__ = "file_reader"

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)


class FileDownload(Base):
    """A log line: who fetched which file when."""

    __tablename__ = "file_download"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
