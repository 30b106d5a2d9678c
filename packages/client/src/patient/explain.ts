/** `Consent/$explain`, as a patient's device asks it and reads the answer. */

export type ExplainQuestion = {
  /** Directory id of the organisation that would ask. */
  readonly requester: string;
  /** v3 ActReason. */
  readonly purpose: string;
  /** A draft as it would be signed; the grants in force unless given. */
  readonly draft?: object;
  /** Whether the draft is decided by itself, which it is unless said, or as one more beside those in force. */
  readonly beside?: 'nothing' | 'in-force';
  readonly count?: number;
  /** `next` of the answer before. */
  readonly page?: string;
};

export type ExplainedRecord = {
  /** `Type/id/_history/version` */
  readonly reference: string;
  readonly effect: 'permit' | 'deny';
  readonly reason: string;
  /** Which rules decided: of which consents, and where in them (FHIRPath). */
  readonly rules: readonly { readonly consentId: string; readonly path: string }[];
};

export type Explained = { readonly records: readonly ExplainedRecord[]; readonly next: string | undefined };

const coding = (code: string): object => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code });

export const explainParameters = ({ requester, purpose, draft, beside, count, page }: ExplainQuestion): object => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'requester', valueIdentifier: { system: 'urn:chartseal:organization', value: requester } },
    { name: 'purpose', valueCoding: coding(purpose) },
    ...(draft === undefined ? [] : [{ name: 'consent', resource: draft }]),
    ...(beside === undefined ? [] : [{ name: 'beside-in-force', valueBoolean: beside === 'in-force' }]),
    ...(count === undefined ? [] : [{ name: 'count', valuePositiveInt: count }]),
    ...(page === undefined ? [] : [{ name: 'page', valueString: page }]),
  ],
});

type Part = {
  readonly name?: string;
  readonly part?: readonly Part[];
  readonly valueString?: string;
  readonly valueCode?: string;
  readonly valueReference?: { readonly reference?: string };
};

/** What is missing in the answer reads as refused. */
export const explained = (answer: unknown): Explained => {
  const { parameter = [] } = answer as { readonly parameter?: readonly Part[] };
  const record = ({ part = [] }: Part): ExplainedRecord => {
    const named = (name: string): Part | undefined => part.find((each) => each.name === name);
    const text = (parts: readonly Part[] | undefined, name: string): string =>
      parts?.find((each) => each.name === name)?.valueString ?? '';
    const rules = part.filter(({ name }) => name === 'rule');
    return {
      reference: named('reference')?.valueReference?.reference ?? '',
      effect: named('effect')?.valueCode === 'permit' ? 'permit' : 'deny',
      reason: named('reason')?.valueCode ?? '',
      rules: rules.map((rule) => ({ consentId: text(rule.part, 'consent'), path: text(rule.part, 'path') })),
    };
  };
  return {
    records: parameter.filter(({ name }) => name === 'record').map(record),
    next: parameter.find(({ name }) => name === 'next')?.valueString,
  };
};
