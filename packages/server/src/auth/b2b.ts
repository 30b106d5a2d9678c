import { z } from 'zod';

/** What an assertion says in `extensions.hl7-b2b`: https://build.fhir.org/ig/HL7/fhir-udap-security-ig/b2b.html */
type B2bClaim = {
  readonly organization: string;
  readonly purpose: string;
  readonly subject: Readonly<Record<string, string>>;
  /** Why an emergency is one; beyond the B2B object of HL7. */
  readonly reason?: string;
};

export type B2bReading =
  | { readonly state: 'read'; readonly claim: B2bClaim }
  | { readonly state: 'absent' }
  | { readonly state: 'refused'; readonly because: string };

const PURPOSE = /^urn:oid:2\.16\.840\.1\.113883\.5\.8#([A-Z]{2,20})$/;
const SUBJECT_LIMIT = 500;
const REASON_LIMIT = 1000;

const b2bObject = z.looseObject({
  version: z.literal('1', { error: 'version must be "1"' }),
  organization_id: z.string({ error: 'organization_id is missing' }),
  purpose_of_use: z
    .array(z.string().regex(PURPOSE), { error: 'purpose_of_use must be a list' })
    .length(1, { error: 'purpose_of_use must hold exactly one purpose' }),
  reason: z
    .string({ error: 'reason must be a text' })
    .trim()
    .min(1, { error: 'reason is empty' })
    .max(REASON_LIMIT, { error: 'reason is too long' })
    .optional(),
});

const BECAUSE_PURPOSE = 'purpose_of_use must be urn:oid:2.16.840.1.113883.5.8#<code>';

const subjectOf = (claim: Record<string, unknown>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(claim).flatMap(([name, value]) =>
      /^subject_[a-z_]{1,40}$/.test(name) && typeof value === 'string' ? [[name, value.slice(0, SUBJECT_LIMIT)]] : [],
    ),
  );

/** Reads the assertion's claims. Untrusted until the purpose is compared with what the directory allows. */
export const readB2b = (claims: Readonly<Record<string, unknown>>): B2bReading => {
  const extensions = claims['extensions'];
  const claim: unknown =
    typeof extensions === 'object' && extensions !== null && 'hl7-b2b' in extensions
      ? extensions['hl7-b2b']
      : undefined;
  if (claim === undefined) return { state: 'absent' };
  const read = b2bObject.safeParse(claim);
  if (!read.success) {
    const [issue] = read.error.issues;
    const because = issue === undefined || issue.path.length > 1 ? BECAUSE_PURPOSE : issue.message;
    return { state: 'refused', because: `hl7-b2b: ${because}` };
  }
  const purpose = PURPOSE.exec(read.data.purpose_of_use[0] ?? '')?.[1] ?? '';
  const { organization_id: organization, reason } = read.data;
  const said = { organization, purpose, subject: subjectOf(read.data) };
  return { state: 'read', claim: reason === undefined ? said : { ...said, reason } };
};
