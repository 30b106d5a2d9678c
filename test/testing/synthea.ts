import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

const names = ['hospitals', 'practitioners', 'patient-1', 'patient-2', 'patient-3', 'patient-4', 'patient-5'] as const;
export type SyntheaPart = (typeof names)[number];

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The same people once more, under names of their own: each UUID becomes another one, and the same one wherever it stands. */
const renamed = (text: string, copy: number): string => {
  if (copy === 0) return text;
  const known = new Map<string, string>();
  return text.replace(uuid, (name) => {
    const digest = known.get(name) ?? createHash('sha256').update(`${copy} ${name}`).digest('hex');
    known.set(name, digest);
    return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  });
};

const bundle = async (name: SyntheaPart): Promise<string> =>
  gunzipSync(await readFile(new URL(`../../infra/samples/${name}.json.gz`, import.meta.url))).toString();

/** Entries of one of Synthea's Bundles (infra/samples), each as its text. `copy` makes other people of them; 0 leaves them. */
export const syntheaEntries = async (name: SyntheaPart, copy = 0): Promise<readonly string[]> => {
  // The references to hospitals and practitioners are searches, which a copy keeps: so those are loaded once.
  const kept: string[] = [];
  const text = (await bundle(name)).replace(/"[A-Z][A-Za-z]+\?identifier=[^"]*"/g, (search) => {
    kept.push(search);
    return `"#kept-${kept.length - 1}"`;
  });
  const whole = renamed(text, copy).replace(/"#kept-(\d+)"/g, (_, at: string) => kept[Number(at)] ?? '');
  return splitEntries(whole);
};

/** Texts, so that decimals stay as Synthea spelled them.  */
export const splitEntries = (text: string): readonly string[] => {
  const entries: string[] = [];
  let depth = 0;
  let start = -1;
  let inString = false;
  for (let at = text.indexOf('"entry"'); at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (code === 0x7d) {
      depth -= 1;
      if (depth === 0) entries.push(text.slice(start, at + 1));
      if (depth < 0) break;
    }
  }
  return entries;
};

export const syntheaPatients: readonly SyntheaPart[] = names.slice(2);
