import { readFile, writeFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** In the order in which references ask for it: a patient's Bundle refers to hospitals and practitioners by search. */
const shared = ['hospitals', 'practitioners'];
const patients = ['patient-1', 'patient-2', 'patient-3', 'patient-4'];

export type SampleTarget = {
  readonly fhirBaseUrl: string;
  /** A token of the hospital's own system; they live five minutes. */
  readonly token: () => Promise<string>;
  /** Whether nothing was ever written. */
  readonly isEmpty: () => Promise<boolean>;
};

/**
 * Loads the sample patients over HTTP, the way any hospital system writes. A marker in the data directory lets a load that was killed
 * go on: each Bundle is one transaction, and what is there already is not sent again.
 * @returns how many resources were sent
 */
export const loadSamples = async (
  dataDirectory: string,
  samplesDirectory: string,
  target: SampleTarget,
): Promise<number> => {
  const marker = join(dataDirectory, 'samples.loading');
  if (!existsSync(marker)) {
    if (!(await target.isEmpty())) return 0;
    await writeFile(marker, '');
  }
  const done = new Set((await readFile(marker, 'utf8')).split('\n'));
  let sent = 0;
  for (const name of [...shared, ...patients].filter((each) => !done.has(each))) {
    const text = gunzipSync(await readFile(join(samplesDirectory, `${name}.json.gz`))).toString('utf8');
    const bundle = JSON.parse(text) as {
      entry: { resource: { identifier?: { system?: string; value?: string }[] } }[];
    };
    if (!patients.includes(name) || !(await isThere(target, bundle.entry[0]?.resource.identifier?.[0])))
      await post(target, name, text);
    await writeFile(marker, `${name}\n`, { flag: 'a' });
    sent += bundle.entry.length;
  }
  await rm(marker);
  return sent;
};

const post = async ({ fhirBaseUrl, token }: SampleTarget, name: string, body: string): Promise<void> => {
  const response = await fetch(fhirBaseUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/fhir+json' },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the sample ${name} was refused: ${response.status} ${text.slice(0, 500)}`);
};

/** After a kill between the commit and the marker. */
const isThere = async (
  { fhirBaseUrl, token }: SampleTarget,
  identifier: { system?: string; value?: string } | undefined,
): Promise<boolean> => {
  if (identifier === undefined) return false;
  const search = new URLSearchParams({
    identifier: `${identifier.system ?? ''}|${identifier.value ?? ''}`,
    _summary: 'count',
  });
  const response = await fetch(`${fhirBaseUrl}/Patient?${search.toString()}`, {
    headers: { authorization: `Bearer ${await token()}` },
  });
  const { total } = (await response.json()) as { total?: number };
  return (total ?? 0) > 0;
};
