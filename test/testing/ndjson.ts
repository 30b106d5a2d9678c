import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { splitEntries, syntheaEntries, syntheaPatients } from './synthea.ts';

type Resource = { readonly resourceType: string; readonly id: string; readonly identifier?: readonly Identifier[] };
type Identifier = { readonly system?: string; readonly value?: string };

const uuidOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Bundles as lines: what a Bundle refers to by `urn:uuid:` or by a search is named by type and id. */
export class Lines {
  readonly #names = new Map<string, string>();

  /** The resources of one Bundle's entries, each as a line, decimals as they were spelled. */
  of(entries: readonly string[]): readonly string[] {
    const texts = entries.map((entry) => resourceText(entry));
    for (const [at, text] of texts.entries()) this.#learn(text, entries[at] ?? '');
    return texts.map((text) => `${this.#named(text)}\n`);
  }

  #learn(text: string, entry: string): void {
    const { resourceType, id, identifier = [] } = JSON.parse(text) as Resource;
    const name = `${resourceType}/${id}`;
    const fullUrl = /"fullUrl":\s*"([^"]+)"/.exec(entry)?.[1];
    if (fullUrl !== undefined) this.#names.set(fullUrl, name);
    for (const { system, value } of identifier) this.#names.set(`${resourceType}?identifier=${system}|${value}`, name);
  }

  #named(text: string): string {
    return text.replace(/"reference":\s*"(urn:uuid:[^"]+|[A-Za-z]+\?[^"]+)"/g, (_, to: string) => {
      // Of a hospital or practitioner that is not among these.
      const name = this.#names.get(to) ?? `${to.includes('?') ? to.split('?')[0] : 'Basic'}/${uuidOf(to)}`;
      return `"reference":"${name}"`;
    });
  }
}

/** The text of `resource` in a Bundle's entry, on one line. */
const resourceText = (entry: string): string => {
  const start = entry.indexOf('{', entry.indexOf('"resource"'));
  const [text = ''] = splitEntries(`"entry"${entry.slice(start)}`);
  // JSON has no line breaks within strings.
  return text.replace(/\r?\n\s*/g, ' ');
};

/** Synthea's sample patients, as many resources as are wanted: one after the other, then other people like them. */
export async function* sampleLines(count: number): AsyncGenerator<string> {
  let left = count;
  const lines = new Lines();
  for (const name of ['hospitals', 'practitioners'] as const)
    for (const line of lines.of(await syntheaEntries(name))) if (left-- > 0) yield line;
  for (let copy = 0; left > 0; copy += 1)
    for (const name of syntheaPatients)
      for (const line of lines.of(await syntheaEntries(name, copy))) if (left-- > 0) yield line;
}

/** The same of a folder that Synthea has written to (`fhir` below its base directory). */
export async function* folderLines(folder: string, count: number): AsyncGenerator<string> {
  let left = count;
  const lines = new Lines();
  const isShared = (file: string): boolean => /^(hospital|practitioner)Information/.test(file);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  for (const file of [...files.filter(isShared), ...files.filter((each) => !isShared(each))]) {
    if (left <= 0) return;
    const entries = splitEntries(await readAll(createReadStream(join(folder, file))));
    for (const line of lines.of(entries)) if (left-- > 0) yield line;
  }
}
