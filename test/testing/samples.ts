import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** A Bundle of infra/samples, as Synthea wrote it. */
export const sample = async (name: 'hospitals' | 'practitioners' | 'patient-5'): Promise<string> =>
  gunzipSync(await readFile(new URL(`../../infra/samples/${name}.json.gz`, import.meta.url))).toString();
