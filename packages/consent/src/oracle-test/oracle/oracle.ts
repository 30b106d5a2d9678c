/**
 * A second and slow implementation of consent-semantics A5 and B1-B11. It shares no code with the engine and reads FHIR as it is
 * sent. Where the text is open it takes the engine's reading, so it cannot find that wrong: uncertain matches in nested rules and
 * authors (B4, B6, B7), several sensitivities, the wider code and unlabelled records (B10), a condition's end (B6). It gives every
 * reason that may be told, since the text does not order them.
 */
import { everyMoment, intervals, mayCover } from './instants.ts';
import { isBelow, isPurpose, labelsFound, mayBeLabelled } from './labels.ts';
import type { Period, Provision, ProvisionActor, RawConsent, RawResource, Say, World } from './world.ts';

export type Verdict = { readonly effect: 'permit' | 'deny'; readonly reasons: readonly string[] };
type Value = 'permit' | 'deny' | 'nothing';

export const judge = (world: World): Verdict => {
  const { request, resource, says } = world;
  const ids = subjects(resource);
  const nobodys = resource.resourceType === 'Organization' ? 'only-by-reference' : 'no-subject';
  const refused = [
    ...(request.purpose === 'BTG' ? ['break-glass-unsupported'] : []),
    ...(request.purpose === 'BTG' || isPurpose(request.purpose) ? [] : ['purpose-unknown']),
    ...(ids.length === 0 ? [nobodys] : []),
  ];
  const shut = ids.flatMap((id) => shutHandle(says[id]) ?? []);
  if (refused.length > 0) return { effect: 'deny', reasons: [...refused, ...shut] };
  const each = ids.map((id) => judgeSubject(says[id], world));
  const denied = each.filter(({ effect }) => effect === 'deny');
  return denied.length > 0
    ? { effect: 'deny', reasons: denied.flatMap(({ reasons }) => reasons) }
    : { effect: 'permit', reasons: each.flatMap(({ reasons }) => reasons) };
};

/** B11, for the types of the tests. A performer is no subject. */
const subjects = ({ subject, participant }: RawResource): readonly string[] =>
  [subject?.reference, ...(participant ?? []).map(({ actor }) => actor.reference)].flatMap((reference) =>
    reference?.startsWith('Patient/') ? [reference.slice('Patient/'.length)] : [],
  );

const shutHandle = (say: Say | undefined): string | undefined => {
  if (say === undefined || say.handle === 'unknown') return 'unknown-subject';
  return say.handle === 'open' ? undefined : say.handle;
};

/** B1. */
const judgeSubject = (say: Say | undefined, world: World): Verdict => {
  const shut = shutHandle(say);
  if (say === undefined || shut !== undefined) return { effect: 'deny', reasons: [shut ?? 'unknown-subject'] };
  const values = new Set(say.consents.map((consent) => consentSays(consent, world)));
  if (values.has('deny')) return { effect: 'deny', reasons: ['denied-by-consent'] };
  if (values.has('permit')) return { effect: 'permit', reasons: ['consent'] };
  return world.request.implicitPolicy[world.request.purpose] === 'permit'
    ? { effect: 'permit', reasons: ['implicit-policy'] }
    : { effect: 'deny', reasons: ['no-consent'] };
};

/** What nobody knows (a zone, a part of a day, an author) leaves several truths; the one that discloses least counts. */
const leastOf = (values: readonly Value[]): Value =>
  (['deny', 'nothing', 'permit'] as const).find((value) => values.includes(value)) ?? 'nothing';

/** A5, B2. */
const consentSays = ({ scope, policyRule, provision }: RawConsent, world: World): Value => {
  const isResearch = isBelow('HRESCH', world.request.purpose);
  if ((scope === 'research') !== isResearch) return 'nothing';
  const values = provision === undefined ? (['nothing'] as const) : ruleMaySay(provision, world);
  if (policyRule === 'OPTOUT' && provision === undefined) return 'deny';
  return leastOf(values.map((value) => (policyRule === 'OPTIN' && value === 'nothing' ? 'permit' : value)));
};

/** B4, in every combination of what the rule and those below it may say. */
const ruleMaySay = (rule: Provision, world: World): readonly Value[] => {
  const below = (rule.provision ?? []).map((child) => ruleMaySay(child, world));
  const combinations = below.reduce<readonly (readonly Value[])[]>(
    (all, values) => all.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
  const ifMatched = combinations.map((values): Value => {
    if (values.includes('deny')) return 'deny';
    return values.includes('permit') ? 'permit' : rule.type;
  });
  return [
    ...new Set(mayMatch(rule, world).flatMap((isMatch): readonly Value[] => (isMatch ? ifMatched : ['nothing']))),
  ];
};

/** B3: one line for each element, each with all that may be true of it. */
const mayMatch = (rule: Provision, { request, resource, isLabelled }: World): readonly boolean[] => {
  const found = labelsFound(resource, isLabelled);
  const now = [{ from: request.decisionTime, until: request.decisionTime + 1 }];
  const each = [
    rule.period === undefined ? yes : mayCover(rule.period, now),
    oneOf(rule.actor, (actor) => mayBeActor(actor, request, resource)),
    oneOf(rule.action, ({ coding }) => [coding.some(({ code }) => code === 'access' || code === 'disclose')]),
    rule.securityLabel === undefined ? yes : mayBeLabelled(rule.type, rule.securityLabel, found),
    oneOf(rule.purpose, ({ code }) => [isBelow(code, request.purpose)]),
    oneOf(rule.class, ({ system, code }) => [system.endsWith('resource-types') && code === resource.resourceType]),
    oneOf(rule.code, ({ coding }) => [coding.some((sought) => holds(resource, sought))]),
    rule.dataPeriod === undefined ? yes : mayHold(rule.dataPeriod, resource),
  ];
  return combine(each, (truths) => truths.every((truth) => truth));
};

const yes: readonly boolean[] = [true];

const combine = (each: readonly (readonly boolean[])[], join: (truths: readonly boolean[]) => boolean) => [
  ...new Set(
    each
      .reduce<readonly (readonly boolean[])[]>(
        (all, truths) => all.flatMap((one) => truths.map((truth) => [...one, truth])),
        [[]],
      )
      .map(join),
  ),
];

const oneOf = <T>(all: readonly T[] | undefined, test: (one: T) => readonly boolean[]): readonly boolean[] =>
  all === undefined ? yes : combine(all.map(test), (truths) => truths.some((truth) => truth));

/** B7. Who does not name an author may have this one. */
const mayBeActor = (
  { role, reference }: ProvisionActor,
  { organization, parents, custodian }: World['request'],
  { performer, recorder }: RawResource,
): readonly boolean[] => {
  const id = reference.identifier?.value ?? '';
  const code = role.coding[0]?.code;
  if (code === 'IRCP' || code === 'PRCP') return [[organization, ...parents].includes(id)];
  if (code === 'CST') return [id === custodian];
  const authors = [...(performer ?? []), ...(recorder === undefined ? [] : [recorder])].map((each) => each.reference);
  return authors.length === 0 ? [true, false] : [authors.some((author) => author === reference.reference)];
};

/** B9. */
const holds = ({ code, category }: RawResource, sought: { readonly system: string; readonly code: string }): boolean =>
  [...(code === undefined ? [] : [code]), ...(category ?? [])].some(({ coding }) =>
    coding.some((each) => each.system === sought.system && each.code === sought.code),
  );

/** B6. */
const mayHold = (rule: Period, resource: RawResource): readonly boolean[] => {
  const data = clinicalTimes(resource);
  return data === undefined ? [true, false] : mayCover(rule, data);
};

const clinicalTimes = (resource: RawResource) => {
  if (resource.effectiveDateTime !== undefined) return everyMoment(resource.effectiveDateTime);
  if (resource.effectivePeriod !== undefined) return intervals(resource.effectivePeriod);
  // The text does not say how long a condition lasts that has no end: its onset alone.
  if (resource.onsetDateTime !== undefined) return everyMoment(resource.onsetDateTime);
  if (resource.start !== undefined && resource.end !== undefined)
    return intervals({ start: resource.start, end: resource.end });
  return undefined;
};
