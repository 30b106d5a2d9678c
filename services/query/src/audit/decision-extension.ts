import type { Decision } from '../release/decision.ts';
import { decisionsOf, outcomeOf, type AccessEvent } from './access-event.ts';

/** Extension of AuditEvent: why the gateway let this out, or did not. One for each way of deciding, with all its versions. */
export const decisionExtensionUrl = 'urn:chartseal:fhir:StructureDefinition:access-decision';

const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

export const purposeCoding = (purpose: string): object => ({ system: actReason, code: purpose });

type Part = { readonly url: string } & Readonly<Record<string, unknown>>;

const basisParts = (decision: Decision): readonly Part[] =>
  decision.basis.map(({ consentId, sequence, path, attested }) => ({
    url: 'basis',
    extension: [
      { url: 'consent', valueString: consentId },
      { url: 'sequence', valueUnsignedInt: sequence },
      { url: 'path', valueString: path },
      ...(attested === undefined
        ? []
        : [
            { url: 'registrar', valueString: attested.registrar },
            { url: 'formHash', valueString: attested.formHash },
          ]),
    ],
  }));

const emergencyParts = (decision: Decision): readonly Part[] =>
  decision.effect === 'permit'
    ? (decision.emergencies ?? []).map((accessId) => ({ url: 'breakGlass', valueString: accessId }))
    : [];

const versionPart = ({ key, versionId }: Decision): Part => ({
  url: 'version',
  valueReference: { reference: `${key.resourceType}/${key.id}/_history/${versionId}` },
});

const extension = (effect: string, reason: string, rest: readonly Part[]): object => ({
  url: decisionExtensionUrl,
  extension: [{ url: 'effect', valueCode: effect }, { url: 'reason', valueCode: reason }, ...rest],
});

/** `height` is the ledger's at which the answer as a whole was decided (C10). */
export const decisionExtensions = (event: AccessEvent, purpose: string, height: number): readonly object[] => {
  const common: readonly Part[] = [
    { url: 'height', valueUnsignedInt: height },
    { url: 'purpose', valueCoding: purposeCoding(purpose) },
    ...(event.kind === 'query' ? [{ url: 'filtered', valueUnsignedInt: event.filtered }] : []),
  ];
  const ways = new Map<string, Decision[]>();
  for (const decision of decisionsOf(event)) {
    const way = JSON.stringify([decision.effect, decision.reason, decision.basis, emergencyParts(decision)]);
    ways.set(way, [...(ways.get(way) ?? []), decision]);
  }
  if (ways.size === 0) {
    const { effect, reason } = outcomeOf(event);
    return [extension(effect, reason, common)];
  }
  return [...ways.values()].flatMap((decisions) => {
    const [first] = decisions;
    if (first === undefined) return [];
    return [
      extension(first.effect, first.reason, [
        ...basisParts(first),
        ...emergencyParts(first),
        ...common,
        ...decisions.map(versionPart),
      ]),
    ];
  });
};
