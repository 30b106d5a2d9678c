/**
 * Whom and for what a consent that is held could permit anything (`consentReach` of @chartseal/consent), made of its text: so that a search
 * looks for candidates there. `reach_generation`: by which reading it was made; a text of which it is less is anybody's candidate until
 * it has been read.
 *
 * `former_subject`: the terms of those whom a version was about that is no longer the newest (`formerTerm` of record-store/index/terms.ts), for
 * histories; of what an older release wrote nobody knows, and its record is under the term of all.
 */
export const searchUnderConsent = `
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

create table former_subject (
  subject uuid not null,
  record bigint not null,
  primary key (subject, record)
);
`;
