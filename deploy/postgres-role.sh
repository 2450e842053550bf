#!/bin/sh
# Run once by the database container, as its administrator: the role and database of Contrada.
# The role has no special rights on purpose: row security does not bind administrators.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$CONTRADA_DB_PASSWORD" <<'SQL'
CREATE ROLE contrada LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE contrada OWNER contrada ENCODING 'UTF8' TEMPLATE template0;
SQL
