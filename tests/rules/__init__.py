"""The rules of docs/sync-table.md over real git, real files and real storages."""
