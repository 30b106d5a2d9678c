/** Consent-semantics B3 and B6-B10: whether a rule speaks of a request for a resource. */
import type { Code } from '../coding.ts';
import { systems } from '../coding.ts';
import { includesPurpose } from '../purpose/purpose-of-use.ts';
import { matchAuthor } from '../resource/authors-of.ts';
import type { ResourceFacts } from '../resource/resource-facts.ts';
import type { Actor, Rule, RuleData } from '../terms/consent-terms.ts';
import { isInside, type Match } from '../time/rule-interval.ts';
import { matchLabels } from './match-labels.ts';
import type { DecisionRequest } from './decision.ts';

/** `maybe`: it depends on what nobody knows (a zone, a part of a day, an author). */
export const matchRule = (rule: Rule, request: DecisionRequest, facts: ResourceFacts): Match =>
  all(
    rule.period === undefined ? 'yes' : isInside(moment(request.decisionTime), rule.period),
    any(rule.actors, (actor) => matchActor(actor, request, facts)),
    any(rule.actions, (action) => of(action === 'access' || action === 'disclose')),
    any(rule.purposes, (purpose) => of(includesPurpose(purpose, request.purpose))),
    any(rule.classes, (code) => matchClass(code, facts)),
    any(rule.codes, (code) => matchCode(code, facts)),
    any(rule.data, (data) => matchData(data, facts)),
    rule.securityLabels === undefined ? 'yes' : matchLabels(rule.type, rule.securityLabels, facts.labels),
    rule.dataPeriod === undefined ? 'yes' : isInsideOrUnknown(facts, rule.dataPeriod),
  );

const of = (matches: boolean): Match => (matches ? 'yes' : 'no');
const moment = (at: number) => ({ start: at, end: at + 1 });

/** AND (B3). */
const all = (...matches: readonly Match[]): Match => {
  if (matches.includes('no')) return 'no';
  return matches.includes('maybe') ? 'maybe' : 'yes';
};

/** OR (B3); an element that is absent does not constrain. */
const any = <T>(items: readonly T[] | undefined, match: (item: T) => Match): Match => {
  if (items === undefined) return 'yes';
  const matches = new Set(items.map(match));
  if (matches.has('yes')) return 'yes';
  return matches.has('maybe') ? 'maybe' : 'no';
};

/** No clinical date: never inside for a rule that permits, always for one that denies (B6). */
const isInsideOrUnknown = (facts: ResourceFacts, period: NonNullable<Rule['dataPeriod']>): Match =>
  facts.clinicalInterval === undefined ? 'maybe' : isInside(facts.clinicalInterval, period);

const matchActor = (actor: Actor, request: DecisionRequest, { authors }: ResourceFacts): Match => {
  if (actor.role === 'author') return matchAuthor(authors, actor.author);
  if (actor.role === 'custodian') return of(actor.organization === request.custodian);
  return of(actor.organization === request.organization || request.parents.includes(actor.organization));
};

const includes = (codes: readonly Code[], { system, code }: Code): boolean =>
  codes.some((each) => each.system === system && each.code === code);

const matchClass = (code: Code, { types, documentTypes }: ResourceFacts): Match =>
  of(code.system === systems.resourceTypes ? types.includes(code.code) : includes(documentTypes, code));

const matchCode = (code: Code, { codes, partCodes }: ResourceFacts): Match => {
  if (includes(codes, code)) return 'yes';
  return includes(partCodes, code) ? 'maybe' : 'no';
};

const matchData = (data: RuleData, { instances, authors }: ResourceFacts): Match =>
  data.meaning === 'instance' ? of(instances.includes(data.reference)) : matchAuthor(authors, data.author);
