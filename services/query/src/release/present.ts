/** How what was released is shown: less of it, and with the content of Binaries in it. */
import { parseJson, type ResultParameters, type Subset } from '@chartseal/fhir';
import { ChartsealError, type RecordStore } from '@chartseal/ports';
import { contentHash } from '@chartseal/server';
import { isResource } from '../json-object.ts';
import { releaseFilled, releaseSubset, type Released } from './released.ts';

/** @throws ChartsealError `malformed` where a client asks for both. */
export const subsetOf = ({ summary, elements }: ResultParameters): Subset | undefined => {
  const form = summary === undefined || summary === 'false' || summary === 'count' ? undefined : summary;
  if (form !== undefined && elements !== undefined) {
    const diagnostics = '_summary and _elements exclude each other';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'invalid', diagnostics }] });
  }
  if (elements !== undefined) return { keep: 'elements', elements };
  if (form === undefined) return undefined;
  return { keep: form === 'true' ? 'summary' : form };
};

export const bytesOf = (records: RecordStore): Parameters<typeof releaseFilled>[0] => ({
  bytes: async (version) => records.bytes(version, version.versionId),
});

/** One resource, as a read answers it. */
export const present = async (
  records: RecordStore,
  released: Released,
  subset: Subset | undefined,
): Promise<Released> => {
  const shown = subset === undefined ? released : releaseSubset(released, subset);
  return shown.version.resourceType === 'Binary' ? releaseFilled(bytesOf(records), shown) : shown;
};

/** Base64 characters of Binaries' content that one Bundle may hold. The last that is put in may go beyond it. */
const contentPerBundle = 16 * 1024 * 1024;

const namesContent = ({ version, text }: Released): boolean => {
  if (version.resourceType !== 'Binary') return false;
  const { value } = parseJson(text);
  return isResource(value) && contentHash(value) !== undefined;
};

/** Several, for one Bundle. `withoutContent`: Binaries whose content would have been too much; they name it by its hash. */
export const presentAll = async (
  records: RecordStore,
  released: readonly Released[],
  subset: Subset | undefined,
): Promise<{ readonly shown: readonly Released[]; readonly withoutContent: number }> => {
  let left = contentPerBundle;
  let withoutContent = 0;
  const shown: Released[] = [];
  // One after the other: what is not put in need not be fetched.
  for (const one of released) {
    const smaller = subset === undefined ? one : releaseSubset(one, subset);
    if (!namesContent(smaller)) {
      shown.push(smaller);
    } else if (left <= 0) {
      withoutContent += 1;
      shown.push(smaller);
    } else {
      const filled = await releaseFilled(bytesOf(records), smaller);
      left -= filled.text.length;
      shown.push(filled);
    }
  }
  return { shown, withoutContent };
};
