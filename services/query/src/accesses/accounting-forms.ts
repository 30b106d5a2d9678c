/** An accounting as FHIR Parameters, and as a table that a person can read. */
import type { LedgerView } from '@chartseal/server';
import type { Accounting, AccountedDisclosure } from './accounting.ts';
import { purposeWords } from './purpose-words.ts';

/** Names and addresses of recipients, as the directory has them now; a member's entry is never deleted. */
export type Recipients = Pick<LedgerView<never>, 'organization'>;

type Part = { readonly name: string } & Readonly<Record<string, unknown>>;

const nameOf = (recipients: Recipients, { recipient }: AccountedDisclosure): string =>
  recipients.organization(recipient)?.name ?? recipient;

const addressOf = (recipients: Recipients, { recipient }: AccountedDisclosure): string | undefined =>
  recipients.organization(recipient)?.fhirBaseUrl ?? undefined;

/** `Diagnostic Report (2), Observation (17)` */
const descriptionOf = ({ types }: AccountedDisclosure): string =>
  [...types]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => `${type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')} (${count})`)
    .join(', ');

const disclosurePart = (recipients: Recipients, disclosure: AccountedDisclosure): Part => {
  const { recipient, purpose, first, last, count, emergency, consents } = disclosure;
  const address = addressOf(recipients, disclosure);
  const part: readonly Part[] = [
    { name: 'first', valueInstant: first },
    { name: 'last', valueInstant: last },
    { name: 'count', valueUnsignedInt: count },
    {
      name: 'recipient',
      valueReference: {
        identifier: { system: 'urn:chartseal:organization', value: recipient },
        display: nameOf(recipients, disclosure),
      },
    },
    ...(address === undefined ? [] : [{ name: 'address', valueUrl: address }]),
    { name: 'description', valueString: descriptionOf(disclosure) },
    {
      name: 'purpose',
      valueCoding: {
        system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
        code: purpose,
        display: purposeWords(purpose),
      },
    },
    ...(emergency === undefined ? [] : [{ name: 'emergency', valueString: emergency || 'no reason was given' }]),
    ...consents.map((consent) => ({ name: 'consent', valueString: consent })),
  ];
  return { name: 'disclosure', part };
};

/**
 * An accounting is a statement made at one moment out of many entries, so it is Parameters, as an operation's answer is: a Bundle of
 * AuditEvents would pretend to be entries of the log, which the access history gives whole.
 */
export const accountingParameters = (
  { from, until, disclosures }: Accounting,
  custodian: string,
  recipients: Recipients,
): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'custodian',
        valueReference: {
          identifier: { system: 'urn:chartseal:organization', value: custodian },
          display: recipients.organization(custodian)?.name ?? custodian,
        },
      },
      { name: 'period', valuePeriod: { start: from, end: until } },
      ...disclosures.map((each) => disclosurePart(recipients, each)),
    ],
  });

const columns =
  'First time,Last time,How often,Recipient,Recipient id,Address,What was disclosed,Purpose,Emergency,Consents';

/** RFC 4180 §2. What a spreadsheet would take for a formula begins with an apostrophe: recipients give their own names and reasons. */
const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** RFC 4180, with a header. */
export const accountingCsv = ({ disclosures }: Accounting, recipients: Recipients): string => {
  const rows = disclosures.map((each) =>
    [
      each.first,
      each.last,
      String(each.count),
      nameOf(recipients, each),
      each.recipient,
      addressOf(recipients, each) ?? '',
      descriptionOf(each),
      purposeWords(each.purpose),
      each.emergency === undefined ? '' : each.emergency || 'no reason was given',
      each.consents.join(' '),
    ]
      .map(cell)
      .join(','),
  );
  return [columns, ...rows].map((row) => `${row}\r\n`).join('');
};
