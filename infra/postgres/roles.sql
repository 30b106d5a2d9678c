create role chartseal login nosuperuser nocreatedb nocreaterole noreplication password :'password';
alter role chartseal set log_min_messages = 'log';
create database chartseal owner chartseal template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C';
revoke all on database chartseal from public;
