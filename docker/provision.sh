#!/bin/bash
# Runs once, when PostgreSQL initialises its data: creates the database and its least-privilege roles.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$OWNER_PASSWORD" -v ledger="$LEDGER_PASSWORD" -v watcher="$WATCHER_PASSWORD" <<'SQL'
CREATE ROLE daybook_owner LOGIN PASSWORD :'owner';
CREATE ROLE daybook_ledger LOGIN PASSWORD :'ledger';
CREATE ROLE daybook_watcher LOGIN PASSWORD :'watcher';
CREATE DATABASE daybook OWNER daybook_owner;
REVOKE ALL ON DATABASE daybook FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE daybook TO daybook_ledger, daybook_watcher;
\connect daybook
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
