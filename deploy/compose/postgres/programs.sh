#!/usr/bin/env bash
# At the first start: a database for each program, a role that owns it and may connect to nothing else, and a role that
# may read all of it, past row-level security, and change nothing: whoever backs up or compares (docs/backup.md).
set -euo pipefail

password_in() {
  local url
  url=$(cat "/run/secrets/$1")
  url=${url#*://*:}
  echo "${url%%@*}"
}

for program in customers invoicing files dialog recruitment gateway; do
  password=$(password_in "$program-database-url") readers=$(password_in "$program-reader-url")
  psql --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
    CREATE ROLE $program LOGIN PASSWORD '$password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    CREATE DATABASE $program OWNER $program;
    REVOKE ALL ON DATABASE $program FROM PUBLIC;
    CREATE ROLE ${program}_reader LOGIN PASSWORD '$readers' NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS;
    GRANT pg_read_all_data TO ${program}_reader;
    GRANT CONNECT ON DATABASE $program TO ${program}_reader;
SQL
done
psql --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
  REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
SQL
