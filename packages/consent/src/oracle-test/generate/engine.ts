/** The engine's answer to a raw world, through what the package exports alone. */
import assert from 'node:assert/strict';
import { builtInValueSets, decide, factsOf, readConsent, type Decision, type PatientDirectives } from '../../index.ts';
import { consent, consentId, policyRule, researchScope } from '../../testing/consents.ts';
import { handle } from '../../testing/patient.ts';
import type { RawConsent, Say, World } from '../oracle/world.ts';

const attestation = { registrar: 'r1', formHash: 'h'.repeat(43) };

const read = ({ scope, policyRule: rule, provision, isAttested }: RawConsent, index: number) => {
  const raw = consent({
    ...(scope === 'research' ? { scope: researchScope } : {}),
    ...(rule === undefined ? {} : { policyRule: policyRule(rule) }),
    ...(provision === undefined ? {} : { provision }),
  });
  const terms = readConsent(raw, { patient: handle, consentId });
  assert.equal(terms.kind, 'terms', JSON.stringify(terms));
  return terms.kind === 'terms'
    ? {
        consentId: `consent-${index}`,
        sequence: index,
        terms: terms.terms,
        ...(isAttested ? { attested: attestation } : {}),
      }
    : assert.fail();
};

/** The order in which a gateway came to know the consents; their sequence is the ledger's. */
export type Arrival = 'first-first' | 'last-first';

const directives = ({ handle: state, consents, isEmergency }: Say, arrival: Arrival): PatientDirectives | undefined => {
  if (state === 'unknown') return undefined;
  const known = consents.map((each, index) => read(each, index + 1));
  return {
    blockHeight: 7,
    state: state === 'frozen' ? { kind: state, by: ['custodian'] } : { kind: state },
    consents: arrival === 'first-first' ? known : known.toReversed(),
    ...(isEmergency ? { breakGlass: { accessId: 'e1' } } : {}),
  };
};

export const decideIn = (
  { says, request, resource, isLabelled }: World,
  arrival: Arrival = 'first-first',
): Decision => {
  const known = new Map(Object.entries(says).map(([id, say]) => [id, directives(say, arrival)]));
  const facts = factsOf(resource, {
    valueSets: builtInValueSets,
    ...(isLabelled ? {} : { labels: { kind: 'unlabelled' as const } }),
  });
  return decide((id) => known.get(id), request, facts);
};
