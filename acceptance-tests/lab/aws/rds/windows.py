# SPDX-License-Identifier: MPL-2.0
"""Backup and maintenance windows: format, length, overlap, defaults. All in minutes of the week, UTC."""

import re
import zlib

from .store import invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 1440, 7 * 1440
BACKUP = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
MAINTENANCE = re.compile(r"([a-z]{3}):(\d\d):(\d\d)-([a-z]{3}):(\d\d):(\d\d)")
# The 8 hours of night in which RDS picks a default ("Backup window" page, US East (N. Virginia)).
NIGHT = 3 * 60


def windows(name: str, backup: str | None, maintenance: str | None) -> tuple[str, str]:
    """Both windows, checked; a missing one is chosen so that it does not overlap the other."""
    if maintenance is not None:
        maintenance = maintenance.lower()
    backup_range = _backup(backup) if backup is not None else None
    maintenance_range = _maintenance(maintenance) if maintenance is not None else None
    seed = zlib.crc32(name.encode())
    if maintenance_range is None:
        day, slot = seed % 7, seed // 7
        starts = (day * DAY + NIGHT + (slot + i) % 16 * 30 for i in range(16))
        start = next((s for s in starts if not _overlap(backup_range, (s, 30))), None)
        if start is None:
            raise invalid("The backup window overlaps every default maintenance window; give both.")
        maintenance_range, maintenance = (start, 30), f"{_moment(start)}-{_moment(start + 30)}"
    if backup_range is None:
        slots = (NIGHT + (seed // 13 + i) % 16 * 30 for i in range(16))
        start = next((s for s in slots if not _overlap((s, 30), maintenance_range)), None)
        if start is None:
            raise invalid("The maintenance window overlaps every default backup window; give both.")
        backup_range, backup = (start, 30), f"{_clock(start)}-{_clock(start + 30)}"
    if _overlap(backup_range, maintenance_range):
        raise invalid("The backup window and maintenance window must not overlap.")
    assert backup is not None and maintenance is not None
    return backup, maintenance


def _backup(text: str) -> tuple[int, int]:
    found = BACKUP.fullmatch(text)
    if not found or not (_is_clock(found[1], found[2]) and _is_clock(found[3], found[4])):
        raise invalid(
            f"Invalid backup window format: {text}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). "
            "Example: 04:00-04:30"
        )
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return _long_enough("backup", start, (end - start) % DAY)


def _maintenance(text: str) -> tuple[int, int]:
    found = MAINTENANCE.fullmatch(text)
    good = found and found[1] in DAYS and found[4] in DAYS
    if not found or not good or not (_is_clock(found[2], found[3]) and _is_clock(found[5], found[6])):
        raise invalid(
            f"Invalid maintenance window format: {text}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC). Example: Sun:23:45-Mon:00:15"
        )
    start = DAYS.index(found[1]) * DAY + int(found[2]) * 60 + int(found[3])
    end = DAYS.index(found[4]) * DAY + int(found[5]) * 60 + int(found[6])
    length = (end - start) % WEEK
    if length >= DAY:
        raise invalid(f"The maintenance window must be less than 24 hours: {text}")
    return _long_enough("maintenance", start, length)


def _long_enough(kind: str, start: int, length: int) -> tuple[int, int]:
    """Model: PreferredBackupWindow and PreferredMaintenanceWindow, at least 30 minutes."""
    if length < 30:
        raise invalid(f"The {kind} window must be at least 30 minutes.")
    return start, length


def _overlap(backup: tuple[int, int] | None, maintenance: tuple[int, int]) -> bool:
    if backup is None:
        return False
    (b, long), (m, span) = backup, maintenance
    return any((m - day) % WEEK < long or (day - m) % WEEK < span for day in (b + i * DAY for i in range(7)))


def _is_clock(hours: str, minutes: str) -> bool:
    return int(hours) < 24 and int(minutes) < 60


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    return f"{DAYS[minute // DAY % 7]}:{_clock(minute)}"
