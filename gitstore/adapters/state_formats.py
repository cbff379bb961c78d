"""The tables of the state of a work tree, format by format."""

from __future__ import annotations

# Data paths and sources are numbered, so that the rows of a hundred thousand objects stay short and
# renaming a data path changes one row.
_FORMAT_1 = """
CREATE TABLE data_path (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, root TEXT,
  wanted TEXT NOT NULL DEFAULT '[]');
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE base (data_path INTEGER, path TEXT, source INTEGER NOT NULL, size INTEGER NOT NULL,
  ids TEXT NOT NULL, erase INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE recorded (data_path INTEGER, path TEXT, sha256 TEXT NOT NULL,
  PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE seen (data_path INTEGER, path TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 TEXT NOT NULL, md5 TEXT,
  noted_ns INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE intent (data_path INTEGER, path TEXT, key TEXT NOT NULL, sha256 TEXT NOT NULL,
  size INTEGER NOT NULL, expected_size INTEGER, expected_ids TEXT,
  PRIMARY KEY (data_path, path)) WITHOUT ROWID;
CREATE TABLE operation (id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL,
  argv TEXT NOT NULL, began REAL NOT NULL, finished INTEGER NOT NULL DEFAULT 0);
CREATE TABLE effect (id INTEGER PRIMARY KEY, operation INTEGER NOT NULL, data_path TEXT NOT NULL,
  kind TEXT NOT NULL, path TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX effect_of ON effect (operation)
"""
_FORMAT_2 = """
CREATE TABLE verified (data_path INTEGER, path TEXT, side TEXT, what TEXT NOT NULL,
  at REAL NOT NULL, PRIMARY KEY (data_path, path, side)) WITHOUT ROWID
"""
# Where the bytes lie if not at the data path; and files that others keep which were taken for what
# was recorded without all of their bytes having been read.
_FORMAT_3 = """
CREATE TABLE location (data_path INTEGER PRIMARY KEY, directory TEXT NOT NULL, owner TEXT NOT NULL);
CREATE TABLE spare (directory TEXT PRIMARY KEY);
CREATE TABLE accepted (data_path INTEGER, path TEXT, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, PRIMARY KEY (data_path, path)) WITHOUT ROWID
"""
FORMATS = (_FORMAT_1, _FORMAT_2, _FORMAT_3)
"""What makes the tables of each format from those of the one before it."""
