"""Sign-ins that have been seen, and those that have ended: what all server processes on this machine share.

In: the records folder, a pseudonym and when the provider signed the sign-in. Out: whether it has ended; what was last
noted of it. Whoever signs out ends every sign-in of the account up to that one, wherever it is used: tabs that are
still open, another machine, a copy of the cookie. Rows that are older than any sign-in can last are swept away.
"""

from __future__ import annotations

from pathlib import Path

from records.database import reading, writing

LONGEST = 8 * 24 * 3600  # s; settings.access.Access.session_hours is a week at most


def has_ended(folder: Path, who: str, issued: int) -> bool:
    """Whether the account has signed out since that sign-in. Raises DataProblem."""
    with reading(folder) as database:
        return (
            database.execute(
                "SELECT 1 FROM sign_outs WHERE who = ? AND issued >= ?", (who, issued)
            ).fetchone()
            is not None
        )


def end(folder: Path, who: str, issued: int) -> bool:
    """End all sign-ins of the account up to this one; whether it had not ended before. Raises DataProblem."""
    with writing(folder) as database:
        done = database.execute(
            "INSERT INTO sign_outs VALUES (?, ?) ON CONFLICT (who) DO UPDATE SET issued = excluded.issued"
            " WHERE excluded.issued > issued",
            (who, issued),
        )
        return done.rowcount > 0


def noted(folder: Path, who: str, issued: int, state: str) -> str | None:
    """Keep what the sign-in is now; returns what it was, None when it is new. Raises DataProblem."""
    with writing(folder) as database:
        row = database.execute(
            "SELECT state FROM sign_ins WHERE who = ? AND issued = ?", (who, issued)
        ).fetchone()
        if row is None:
            database.execute("DELETE FROM sign_ins WHERE issued < ?", (issued - LONGEST,))
        database.execute("INSERT OR REPLACE INTO sign_ins VALUES (?, ?, ?)", (who, issued, state))
    return None if row is None else str(row["state"])
