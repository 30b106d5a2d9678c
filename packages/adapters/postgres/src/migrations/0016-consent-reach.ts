/**
 * Whom and for what a consent that is held could permit anything (`consentReach` of @chartseal/consent), made of its text: so that a search
 * looks for candidates there. `reach_generation`: by which reading it was made; a text of which it is less is anybody's candidate until
 * it has been read.
 */
export const consentReach = `
create table consent_reach (
  organization text not null,
  purpose text not null,
  directive bigint not null,
  from_ms bigint not null,
  until_ms bigint not null,
  primary key (organization, purpose, directive)
);
create index consent_reach_by_directive on consent_reach (directive);
alter table directive add column reach_generation integer not null default 0;
create index directive_by_reach on directive (reach_generation) where consent_text is not null;
`;
