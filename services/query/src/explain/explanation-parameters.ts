/** An explanation as FHIR Parameters. It names records and consents, and has nothing of their content. */
import type { Decision } from '../release/decision.ts';
import type { Explanation } from './explanation.ts';

type Part = { readonly name: string } & Readonly<Record<string, unknown>>;

const typeCounts = (decisions: readonly Decision[]): readonly Part[] =>
  [...Map.groupBy(decisions, ({ key }) => key.resourceType)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, of]) => {
      const permitted = of.filter(({ effect }) => effect === 'permit').length;
      return {
        name: 'count',
        part: [
          { name: 'type', valueCode: type },
          { name: 'permit', valueUnsignedInt: permitted },
          { name: 'deny', valueUnsignedInt: of.length - permitted },
        ],
      };
    });

const ruleOf = ({ consentId, path }: Decision['basis'][number]): Part => ({
  name: 'rule',
  part: [
    { name: 'consent', valueString: consentId },
    { name: 'path', valueString: path },
  ],
});

const recordOf = (decision: Decision): Part => {
  const { key, versionId, effect, reason, basis } = decision;
  const obligations = decision.effect === 'permit' ? decision.obligations : [];
  return {
    name: 'record',
    part: [
      { name: 'reference', valueReference: { reference: `${key.resourceType}/${key.id}/_history/${versionId}` } },
      { name: 'effect', valueCode: effect },
      { name: 'reason', valueCode: reason },
      ...basis.map(ruleOf),
      ...obligations.map((label) => ({ name: 'obligation', valueCoding: label })),
    ],
  };
};

export const explanationParameters = ({ decidedAt, height, decisions, next }: Explanation): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: 'decided', valueInstant: new Date(decidedAt).toISOString() },
      { name: 'height', valueUnsignedInt: height },
      ...typeCounts(decisions),
      ...decisions.map(recordOf),
      ...(next === undefined ? [] : [{ name: 'next', valueString: next }]),
    ],
  });
