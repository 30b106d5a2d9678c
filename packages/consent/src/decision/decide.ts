import { subjectlessTypes } from '@chartseal/fhir';
import { systems } from '../coding.ts';
import type { Attestation } from '../directive/attestation.ts';
import { breakGlass, includesPurpose, isPurpose } from '../purpose/purpose-of-use.ts';
import type { ResourceFacts } from '../resource/resource-facts.ts';
import type { ConsentTerms, Rule } from '../terms/consent-terms.ts';
import { consentValue } from './consent-value.ts';
import type {
  ActiveConsent,
  Decision,
  DecisionBasis,
  DecisionRequest,
  DenyReason,
  Obligation,
  PatientDirectives,
  PermitReason,
} from './decision.ts';

/** The directives of a Patient here, by id; undefined if there are none that could be verified. */
export type DirectivesLookup = (patientId: string) => PatientDirectives | undefined;

const deny = (reason: DenyReason, basis: readonly DecisionBasis[] = []): Decision => ({
  effect: 'deny',
  reason,
  basis,
});

/**
 * Whether an organisation may read a resource (consent-semantics A5, B1-B12). Pure: the same arguments, the same answer.
 * Every subject must permit, and of a Bundle every entry.
 */
export const decide = (lookup: DirectivesLookup, request: DecisionRequest, facts: ResourceFacts): Decision => {
  if (facts.entries !== undefined) {
    return facts.entries.length === 0
      ? deny('no-subject')
      : everyOne(facts.entries.map((entry) => decide(lookup, request, entry)));
  }
  const { subjects, type } = facts;
  if (subjects.length === 0) return deny(subjectlessTypes.has(type) ? 'only-by-reference' : 'no-subject');
  return everyOne(
    subjects.map((subject) => {
      if (subject.kind !== 'local') return deny('unclear-subject');
      const directives = lookup(subject.id);
      return directives === undefined ? deny('unknown-subject') : decideForPatient(directives, request, facts);
    }),
  );
};

/** What one patient says, whoever else the resource is about. */
const decideForPatient = (directives: PatientDirectives, request: DecisionRequest, facts: ResourceFacts): Decision => {
  const { purpose, implicitPolicy } = request;
  if (!isPurpose(purpose)) return deny('purpose-unknown');
  if (directives.state.kind !== 'open') return deny(directives.state.kind);
  if (purpose === breakGlass) return decideInEmergency(directives, request, facts);
  const { blockHeight } = directives;
  const said = directives.consents
    .filter(({ terms }) => governs(terms, purpose))
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap(({ consentId, sequence, terms, attested }) => {
      const value = consentValue(terms, request, facts);
      return value.says === 'nothing'
        ? []
        : [
            {
              says: value.says,
              basis: { consentId, sequence, path: value.path, blockHeight, ...attestedBy(attested) },
            },
          ];
    });
  const denial = said.find(({ says }) => says === 'deny');
  if (denial !== undefined) return deny('denied-by-consent', [denial.basis]);
  const [permit] = said;
  if (permit !== undefined) return permitted('consent', [permit.basis], facts);
  const implied = Object.hasOwn(implicitPolicy, purpose) && implicitPolicy[purpose] === 'permit';
  return implied ? permitted('implicit-policy', [], facts) : deny('no-consent');
};

/**
 * B13. An emergency overrides what a patient has restricted (45 CFR 164.522(a)(1)(iii)), unless the patient forbids that itself: by a
 * consent that names break-glass, of which B8 says that no other purpose speaks of it.
 */
const decideInEmergency = (directives: PatientDirectives, request: DecisionRequest, facts: ResourceFacts): Decision => {
  const { blockHeight } = directives;
  for (const { consentId, sequence, terms, attested } of directives.consents.toSorted(bySequence)) {
    if (!governs(terms, breakGlass) || !namesBreakGlass(terms.root)) continue;
    const value = consentValue(terms, request, facts);
    if (value.says === 'deny')
      return deny('denied-by-consent', [
        { consentId, sequence, path: value.path, blockHeight, ...attestedBy(attested) },
      ]);
  }
  if (directives.breakGlass === undefined) return deny('break-glass-not-open');
  const permit = permitted('break-glass', [], facts);
  const obligations = distinct([emergencyOnly, noRedisclosure, ...permit.obligations]);
  return { ...permit, obligations, emergencies: [directives.breakGlass.accessId] };
};

const bySequence = (a: ActiveConsent, b: ActiveConsent): number => a.sequence - b.sequence;

const namesBreakGlass = (rule: Rule | undefined): boolean =>
  rule !== undefined && (rule.purposes?.includes(breakGlass) === true || rule.rules.some(namesBreakGlass));

const attestedBy = (attested: Attestation | undefined): { readonly attested?: Attestation } =>
  attested === undefined ? {} : { attested };

/** A5: research consents govern HRESCH and below, and nothing else does. */
const governs = ({ scope }: ConsentTerms, purpose: string): boolean =>
  includesPurpose('HRESCH', purpose) === (scope === 'research');

/** v3 ActCode, ActRefrainPolicy; the wording that must go with it is in 42 CFR 2.32. */
const noRedisclosure: Obligation = {
  system: systems.actCode,
  code: 'NORDSCLCD',
  display: 'no redisclosure without consent directive',
};
const substanceUse: ReadonlySet<string> = new Set(['ETH', 'SUD', 'ETHUD', 'OPIOIDUD']);

/** 45 CFR 164.522(a)(1)(iv): who is told in an emergency is asked not to use it further. */
const emergencyOnly: Obligation = { system: systems.actReason, code: 'ETREAT', display: 'Emergency Treatment' };

type Permit = Extract<Decision, { readonly effect: 'permit' }>;

const permitted = (reason: PermitReason, basis: readonly DecisionBasis[], { labels }: ResourceFacts): Permit => {
  const tellsOfSubstances = labels.kind === 'unlabelled' || labels.sensitivities.some((code) => substanceUse.has(code));
  return { effect: 'permit', reason, basis, obligations: tellsOfSubstances ? [noRedisclosure] : [] };
};

/** Of several refusals the first is told; of permits all that they rest on and ask for. */
const everyOne = (decisions: readonly Decision[]): Decision => {
  const denial = decisions.find(({ effect }) => effect === 'deny');
  if (denial !== undefined) return denial;
  const permits = decisions.filter((decision) => decision.effect === 'permit');
  const emergencies = distinct(permits.flatMap((permit) => permit.emergencies ?? []));
  return {
    effect: 'permit',
    reason:
      (['break-glass', 'consent'] as const).find((word) => permits.some(({ reason }) => reason === word)) ??
      'implicit-policy',
    basis: distinct(permits.flatMap(({ basis }) => basis)),
    obligations: distinct(permits.flatMap(({ obligations }) => obligations)),
    ...(emergencies.length === 0 ? {} : { emergencies }),
  };
};

const distinct = <T>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
