"""Backups: one file with the database and the folders that belong to it, and the way back."""


class BackupRefused(Exception):
    """A backup that can't be made, opened or restored; the message says why and what to do."""
