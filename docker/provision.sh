#!/bin/bash
# Runs once, when PostgreSQL initialises its data: creates the database and its least-privilege roles.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$OWNER_PASSWORD" -v ledger="$LEDGER_PASSWORD" -v watcher="$WATCHER_PASSWORD" \
  -v projector="$PROJECTOR_PASSWORD" -v consumer="$CONSUMER_PASSWORD" \
  -v relay="$RELAY_PASSWORD" -v reactions="$REACTIONS_PASSWORD" <<'SQL'
CREATE ROLE daybook_owner LOGIN PASSWORD :'owner';
CREATE ROLE daybook_ledger LOGIN PASSWORD :'ledger';
CREATE ROLE daybook_projector LOGIN PASSWORD :'projector';
CREATE ROLE daybook_consumer LOGIN PASSWORD :'consumer';
CREATE ROLE daybook_relay LOGIN PASSWORD :'relay';
CREATE ROLE daybook_reactions LOGIN PASSWORD :'reactions';
CREATE ROLE daybook_watcher LOGIN PASSWORD :'watcher';
CREATE DATABASE daybook OWNER daybook_owner;
REVOKE ALL ON DATABASE daybook FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE daybook TO daybook_ledger, daybook_projector, daybook_consumer, daybook_relay, daybook_reactions,
  daybook_watcher;
\connect daybook
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
