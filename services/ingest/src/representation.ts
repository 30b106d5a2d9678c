import { canonicalJson } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { contentHash, isContentOf, joinContent } from '@chartseal/server';
import type { IngestDependencies } from './dependencies.ts';
import { refusal } from './intake.ts';
import { readStored } from './stored.ts';

/**
 * A version as its own hospital gets it: the canonical text, a Binary with its content in it.
 * @throws ChartsealError `corrupt` if the content is not what the version names
 */
export const representation = async (
  { records }: Pick<IngestDependencies, 'records'>,
  version: StoredVersion,
): Promise<string> => {
  if (version.resourceType !== 'Binary' || version.state === 'deleted') return version.content;
  const { resource, numbers } = readStored(version.content);
  if (contentHash(resource) === undefined) return version.content;
  const bytes = await records.bytes(version, version.versionId);
  if (bytes === undefined || !isContentOf(resource, bytes))
    throw refusal('corrupt', {
      code: 'exception',
      diagnostics: 'the content of a Binary is not what its version names',
    });
  joinContent(resource, bytes);
  return canonicalJson(resource, numbers);
};
