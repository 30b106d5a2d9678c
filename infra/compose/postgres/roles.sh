# Run once, by the image, on an empty data folder. psql reads the password itself: a command line is everybody's.
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 <<'Q'
\set password `cat /run/secrets/postgres-password`
\i /etc/chartseal/roles.sql
Q
