/** B3 and B6 to B10: all that may be true of "this rule matches", element by element. */
import { everyMoment, intervals, mayCover } from './instants.ts';
import { labelsFound, mayBeLabelled } from './labels.ts';
import { isBelow } from './purposes.ts';
import type { Coding, Period, Provision, ProvisionActor, RawResource, Reference, World } from './world.ts';

/** A record as it is judged: itself, and the documents that it is a part of, from the inmost. */
export type Judged = { readonly resource: RawResource; readonly within: readonly RawResource[] };
export type Question = Pick<World, 'request' | 'isLabelled'> & Judged;

const yes: readonly boolean[] = [true];

/** One line for each element, each with the truths that are possible. */
export const mayMatch = (rule: Provision, question: Question): readonly (readonly boolean[])[] => {
  const { request, resource, within, isLabelled } = question;
  const now = [{ from: request.decisionTime, until: request.decisionTime + 1 }];
  return [
    rule.period === undefined ? yes : mayCover(rule.period, now),
    oneOf(rule.actor, (actor) => mayBeActor(actor, request, resource)),
    oneOf(rule.action, ({ coding }) => [coding.some(({ code }) => code === 'access' || code === 'disclose')]),
    rule.securityLabel === undefined
      ? yes
      : mayBeLabelled(rule.type, rule.securityLabel, labelsFound([resource, ...within], isLabelled)),
    oneOf(rule.purpose, ({ code }) => [isBelow(code, request.purpose)]),
    oneOf(rule.class, (coding) => [isOfClass(coding, question)]),
    oneOf(rule.code, ({ coding }) => (coding.some((one) => holds(resource, one)) ? yes : mayHold(resource, coding))),
    oneOf(rule.data, ({ meaning, reference }) =>
      meaning === 'instance'
        ? [[resource, ...within].some(({ resourceType, id }) => `${resourceType}/${id}` === reference.reference)]
        : mayBeAuthor(reference, resource),
    ),
    rule.dataPeriod === undefined ? yes : mayBeOfTime(rule.dataPeriod, resource),
  ];
};

/** Every combination of what each may be, joined. */
export const combine = <T>(each: readonly (readonly T[])[], join: (truths: readonly T[]) => T): readonly T[] => [
  ...new Set(
    each
      .reduce<readonly (readonly T[])[]>(
        (all, truths) => all.flatMap((one) => truths.map((truth) => [...one, truth])),
        [[]],
      )
      .map(join),
  ),
];

const oneOf = <T>(all: readonly T[] | undefined, test: (one: T) => readonly boolean[]): readonly boolean[] =>
  all === undefined ? yes : combine(all.map(test), (truths) => truths.some((truth) => truth));

/** B7. */
const mayBeActor = (
  { role, reference }: ProvisionActor,
  { organization, parents, custodian }: World['request'],
  resource: RawResource,
): readonly boolean[] => {
  const id = reference.identifier?.value ?? '';
  const code = role.coding[0]?.code;
  if (code === 'IRCP' || code === 'PRCP') return [[organization, ...parents].includes(id)];
  return code === 'CST' ? [id === custodian] : mayBeAuthor(reference, resource);
};

/** A record that does not name an author by its reference may have this one. */
const mayBeAuthor = (sought: Reference, { performer, recorder, author }: RawResource): readonly boolean[] => {
  const authors = [...(performer ?? []), ...(recorder === undefined ? [] : [recorder]), ...(author ?? [])];
  if (authors.some(({ reference }) => reference === sought.reference)) return yes;
  const areAllKnown = authors.length > 0 && authors.every(({ reference }) => reference !== undefined);
  return areAllKnown ? [false] : [true, false];
};

/** B9: a type, or a type of document; a part of a document is of that document too. */
const isOfClass = ({ system, code }: Coding, { resource, within }: Question): boolean => {
  const all = [resource, ...within];
  if (system.endsWith('resource-types')) return all.some(({ resourceType }) => resourceType === code);
  const compositions = all.flatMap((each) => [each, ...(each.entry ?? []).map((entry) => entry.resource)]);
  return compositions.some(
    ({ resourceType, type }) =>
      resourceType === 'Composition' && typeof type === 'object' && type.coding.some((one) => one.code === code),
  );
};

const sameAs = (sought: Coding) => (each: Coding) => each.system === sought.system && each.code === sought.code;

/** B9: code, category or type. */
const holds = ({ code, category, type }: RawResource, sought: Coding): boolean =>
  [...(code === undefined ? [] : [code]), ...(category ?? []), ...(typeof type === 'object' ? [type] : [])].some(
    ({ coding }) => coding.some(sameAs(sought)),
  );

/** What a component alone is coded with, the record is only partly about (reading 6). */
const mayHold = ({ component }: RawResource, sought: readonly Coding[]): readonly boolean[] =>
  (component ?? []).some(({ code }) => sought.some((one) => code.coding.some(sameAs(one)))) ? [true, false] : [false];

/** B6. */
const mayBeOfTime = (rule: Period, resource: RawResource): readonly boolean[] => {
  const data = clinicalTimes(resource);
  return data === undefined ? [true, false] : mayCover(rule, data);
};

const clinicalTimes = (resource: RawResource) => {
  const moment = resource.effectiveDateTime ?? resource.onsetDateTime ?? resource.date;
  if (moment !== undefined) return everyMoment(moment);
  if (resource.effectivePeriod !== undefined) return intervals(resource.effectivePeriod);
  if (resource.start !== undefined && resource.end !== undefined)
    return intervals({ start: resource.start, end: resource.end });
  return undefined;
};
