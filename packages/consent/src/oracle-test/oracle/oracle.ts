/**
 * A second and slow implementation of consent-semantics A5, A6, B1-B11 and B13, written from that page alone. It shares no code with the engine, reads FHIR as it
 * is sent, and decides in another way: where the page leaves more than one truth possible it tries every one of them.
 *
 * How the page is read where it can be read in two ways. Law 3, "doubt is no", settles each: of the answers that are possible, the one that discloses least.
 * 1. B4, B6: a permitting rule needs all of its period and a denying one any of it. Of a rule on its own that says what least-of-every-truth says. Below
 *    another rule it may not: the exception of a denial that is only perhaps in force would permit. There the least counts (`judge`); what the letter says is
 *    `byLetter`, and it is never narrower.
 * 2. B7: a record that names no author, or one by no reference, may have any.
 * 3. B10: a permit for one sensitivity is none for another: it must list all that the record has, and none other may have made the record V.
 * 4. B10: what is labelled with the wider code may be what a denial of the narrower means; SPI may be any that is specially protected.
 * 5. B10: what is not labelled yet may be of every kind.
 * 6. B9: what codes a component alone is not what the whole is about, and may be what a denial means.
 * 7. B6: a Condition's clinical time is its onset; the page does not say how long one lasts.
 * 8. B11: what is in a document is judged as what it is and as part of the document: it has the document's type, id and labels beside its own. What needs no subject is
 *    everybody's whom the document is about.
 * 9. B13: an emergency overrides whatever does not speak of emergencies: a consent denies one if it names BTG anywhere, and says deny.
 *
 * It gives every reason that may be told, since the page does not order them. Codes that v3 puts side by side although one record can deserve either (BH and PSY)
 * are not among those that it knows: see decide-properties.
 */
import { combine, mayMatch, type Question } from './may-match.ts';
import { isBelow, isPurpose } from './purposes.ts';
import type { Provision, RawConsent, RawResource, Say, World } from './world.ts';

export type Verdict = { readonly effect: 'permit' | 'deny'; readonly reasons: readonly string[] };
type Value = 'permit' | 'deny' | 'nothing';

/** What a consent says of a record. */
type Reader = (consent: RawConsent, question: Question) => Value;

export const judge = (world: World): Verdict => judgeRecord(world, world.resource, [], leastSaid);

/** By the page's words alone, rule by rule (reading 1). */
export const byLetter = (world: World): Verdict => judgeRecord(world, world.resource, [], letterSaid);

const every = (verdicts: readonly Verdict[]): Verdict => {
  const denied = verdicts.filter(({ effect }) => effect === 'deny');
  return denied.length > 0
    ? { effect: 'deny', reasons: denied.flatMap(({ reasons }) => reasons) }
    : { effect: 'permit', reasons: verdicts.flatMap(({ reasons }) => reasons) };
};

/** `about`: whose document it is in. */
const judgeRecord = (
  world: World,
  resource: RawResource,
  within: readonly RawResource[],
  read: Reader,
  about: readonly string[] = [],
): Verdict => {
  if (resource.resourceType === 'Bundle') {
    const entries = (resource.entry ?? []).map((entry) => entry.resource);
    const everybody = [...new Set(entries.flatMap(subjects))];
    return entries.length === 0
      ? { effect: 'deny', reasons: ['no-subject'] }
      : every(entries.map((entry) => judgeRecord(world, entry, [resource, ...within], read, everybody)));
  }
  const isNobodys = resource.resourceType === 'Organization';
  const named = subjects(resource);
  const ids = named.length === 0 && isNobodys ? about : named;
  if (ids.length === 0) {
    // Of a document it cannot be said whose this part is; of a record alone, that it is nobody's.
    const reason = within.length > 0 && !isNobodys ? 'unclear-subject' : isNobodys ? 'only-by-reference' : 'no-subject';
    return { effect: 'deny', reasons: [reason] };
  }
  const question = { request: world.request, isLabelled: world.isLabelled, resource, within };
  return every(
    ids.map((id) =>
      id === unclear
        ? { effect: 'deny' as const, reasons: ['unclear-subject'] }
        : judgeSubject(world.says[id], question, read),
    ),
  );
};

/** Somebody is named, and nobody can say whom. */
const unclear = '?';

/**
 * B11, for the types of the tests: neither performer nor focus is a subject; an author of a Composition may be a Patient, and is one of the compartment's
 * parameters.
 */
const subjects = ({ resourceType, subject, participant, author, securityContext }: RawResource): readonly string[] => {
  if (resourceType === 'Bundle') return [];
  const named = [subject, ...(participant ?? []).map(({ actor }) => actor), ...(author ?? []), securityContext];
  return named.flatMap((each) => {
    if (each === undefined) return [];
    if (each.reference === undefined) return [unclear];
    return each.reference.startsWith('Patient/') ? [each.reference.slice('Patient/'.length)] : [];
  });
};

/** B1, and B13 for an emergency. */
const judgeSubject = (say: Say | undefined, question: Question, read: Reader): Verdict => {
  const { purpose, implicitPolicy } = question.request;
  const refused = [
    ...(isPurpose(purpose) ? [] : ['purpose-unknown']),
    ...(say === undefined || say.handle === 'unknown' ? ['unknown-subject'] : []),
    ...(say?.handle === 'frozen' || say?.handle === 'closed' ? [say.handle] : []),
  ];
  if (say === undefined || refused.length > 0) return { effect: 'deny', reasons: refused };
  const isResearch = isBelow('HRESCH', purpose);
  const governing = say.consents.filter(({ scope }) => (scope === 'research') === isResearch);
  if (purpose === 'BTG') return judgeEmergency({ ...say, consents: governing }, question, read);
  const values = new Set(governing.map((consent) => read(consent, question)));
  if (values.has('deny')) return { effect: 'deny', reasons: ['denied-by-consent'] };
  if (values.has('permit')) return { effect: 'permit', reasons: ['consent'] };
  return implicitPolicy[purpose] === 'permit'
    ? { effect: 'permit', reasons: ['implicit-policy'] }
    : { effect: 'deny', reasons: ['no-consent'] };
};

const judgeEmergency = ({ consents, isEmergency }: Say, question: Question, read: Reader): Verdict => {
  const isForbidden = consents.some(
    (consent) => namesEmergency(consent.provision) && read(consent, question) === 'deny',
  );
  const reasons = [...(isForbidden ? ['denied-by-consent'] : []), ...(isEmergency ? [] : ['break-glass-not-open'])];
  return reasons.length > 0 ? { effect: 'deny', reasons } : { effect: 'permit', reasons: ['break-glass'] };
};

const namesEmergency = (rule: Provision | undefined): boolean =>
  rule?.purpose?.some(({ code }) => code === 'BTG') === true || (rule?.provision ?? []).some(namesEmergency);

/** B2, of the values that the root may have. */
const shaped = ({ policyRule, provision }: RawConsent, roots: readonly Value[]): readonly Value[] => {
  if (policyRule === 'OPTOUT' && provision === undefined) return ['deny'];
  const values: readonly Value[] = provision === undefined ? ['nothing'] : roots;
  return values.map((value) => (policyRule === 'OPTIN' && value === 'nothing' ? 'permit' : value));
};

/** B4: a rule that matches, of those below it. */
const valueOf = (rule: Provision, below: readonly Value[]): Value => {
  if (below.includes('deny')) return 'deny';
  return below.includes('permit') ? 'permit' : rule.type;
};

const leastSaid: Reader = (consent, question) => {
  const { provision } = consent;
  const values = shaped(consent, provision === undefined ? [] : mayBeSaid(provision, question));
  return (['deny', 'nothing', 'permit'] as const).find((value) => values.includes(value)) ?? 'nothing';
};

/** Every value that the rule may have, in every combination of what may match in it and below it. */
const mayBeSaid = (rule: Provision, question: Question): readonly Value[] => {
  const matches = combine(mayMatch(rule, question), (truths) => truths.every((truth) => truth));
  const below = (rule.provision ?? []).map((child) => mayBeSaid(child, question));
  const ifMatched = combine(below, (values) => valueOf(rule, values));
  return [...new Set(matches.flatMap((isMatch): readonly Value[] => (isMatch ? ifMatched : ['nothing'])))];
};

const letterSaid: Reader = (consent, question) => {
  const { provision } = consent;
  const [value] = shaped(consent, provision === undefined ? [] : [letterOf(provision, question)]);
  return value ?? 'nothing';
};

const letterOf = (rule: Provision, question: Question): Value => {
  const isMatch = mayMatch(rule, question).every((truths) =>
    rule.type === 'permit' ? truths.every((truth) => truth) : truths.includes(true),
  );
  if (!isMatch) return 'nothing';
  return valueOf(
    rule,
    (rule.provision ?? []).map((child) => letterOf(child, question)),
  );
};
