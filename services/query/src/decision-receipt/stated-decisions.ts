import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import { decisionExtensionUrl } from '../audit/decision-extension.ts';
import { parseVersionId } from '../interactions/named-record.ts';

type Part = {
  readonly url: string;
  readonly valueCode?: string;
  readonly valueString?: string;
  readonly valueUnsignedInt?: number;
  readonly valueReference?: { readonly reference: string };
  readonly extension?: readonly Part[];
};

/** What is read of an audit entry that the gateway wrote. */
export type AuditEntry = {
  readonly recorded: string;
  readonly subtype: readonly { readonly code: string }[];
  readonly extension?: readonly Part[];
  readonly agent: readonly {
    readonly type: { readonly coding: readonly { readonly code: string }[] };
    readonly who: { readonly identifier?: { readonly system?: string; readonly value: string } };
    readonly purposeOfUse?: readonly { readonly coding: readonly { readonly code: string }[] }[];
  }[];
};

const all = (parts: readonly Part[], url: string): readonly Part[] => parts.filter((part) => part.url === url);
const text = (parts: readonly Part[], url: string): string => {
  const [part] = all(parts, url);
  return part?.valueCode ?? part?.valueString ?? '';
};
const count = (parts: readonly Part[], url: string): number => all(parts, url)[0]?.valueUnsignedInt ?? 0;

const namedVersion = (reference: string): (RecordKey & { readonly versionId: number }) | undefined => {
  const [resourceType, id, , version] = reference.split('/');
  const versionId = parseVersionId(version ?? '');
  return resourceType === undefined || id === undefined || versionId === undefined
    ? undefined
    : { resourceType, id, versionId };
};

/** By the names that may leave: the record's random handle, and the entry of the version's leaf. */
const stated = ({ handle, versionId, commitment }: StoredVersion): object => ({
  record: handle,
  versionId,
  entry: Buffer.from(commitment).toString('base64'),
});

const versionsOf = async (records: Pick<RecordStore, 'vread'>, parts: readonly Part[]): Promise<readonly object[]> => {
  const found: object[] = [];
  for (const { valueReference } of all(parts, 'version')) {
    const named = namedVersion(valueReference?.reference ?? '');
    const version = named && (await records.vread(named, named.versionId));
    if (version !== undefined) found.push(stated(version));
  }
  return found;
};

/** The permits of an audit entry. Where in a consent the provision stands, which tells of its terms, stays out. */
export const statedDecisions = async (
  records: Pick<RecordStore, 'vread'>,
  { extension = [] }: AuditEntry,
): Promise<readonly object[]> => {
  const permits = all(extension, decisionExtensionUrl)
    .map(({ extension: parts = [] }) => parts)
    .filter((parts) => text(parts, 'effect') === 'permit');
  return Promise.all(
    permits.map(async (parts) => ({
      reason: text(parts, 'reason'),
      ledgerHeight: count(parts, 'height'),
      consents: all(parts, 'basis').map(({ extension: basis = [] }) => ({
        consentId: text(basis, 'consent'),
        sequence: count(basis, 'sequence'),
      })),
      emergencies: all(parts, 'breakGlass').map(({ valueString = '' }) => valueString),
      versions: await versionsOf(records, parts),
    })),
  );
};
