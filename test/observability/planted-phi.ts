/** Known PHI, every way in which a text may be spelled when it leaks, and a search for it in whatever came out of a process. */
import { deepEqual } from 'node:assert/strict';

/** Unlike anything else there is: what of it is found anywhere has leaked. ASCII where it has to go through headers and ids. */
export const planted = {
  mrn: 'MRN-77310925-Q',
  family: 'Zzyzxqvist',
  given: 'Żółkiewska Ünsal',
  quoted: 'Tess "Q" O\'Quillibrand & Söhne',
  birthDate: '1931-07-19',
  insurance: '999-44-8812-QX',
  phone: '+1 555 0199 7731',
  street: '7731 Quagmire Crescent',
  email: 'philomena.zq@patients.example',
  note: 'aftercare of Wernicke encephalopathy, relapsed',
  diagnosis: 'HIVQ-9931',
  value: '7731.09250',
  device: 'urn:oid:1.2.3.4.77310925',
} as const;

export type Planted = Readonly<Record<string, string>>;

/** What came out, and where. Bytes are searched as they are. */
export type Source = { readonly name: string; readonly content: string | Uint8Array };

/** The part of a base64 text that is the same whatever stands before and after; at each of the three places where it may begin. */
const base64At = (bytes: Buffer, shift: 0 | 1 | 2): string => {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const from = Math.ceil((shift * 8) / 6);
  return text.slice(from, Math.floor(((shift + bytes.length) * 8) / 6));
};

const escaped = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const everyByte = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** Every spelling in which a text is looked for; letters in either case. */
export const spellings = (text: string): readonly string[] => {
  const bytes = Buffer.from(text);
  const base64 = ([0, 1, 2] as const).map((shift) => base64At(bytes, shift));
  return [
    ...new Set([
      text,
      JSON.stringify(text).slice(1, -1),
      JSON.stringify(JSON.stringify(text)).slice(3, -3),
      escaped(text),
      encodeURIComponent(text),
      encodeURI(text),
      new URLSearchParams([['', text]]).toString().slice(1),
      encodeURIComponent(encodeURIComponent(text)),
      everyByte(text),
      ...base64,
      ...base64.map((part) => part.replaceAll('+', '-').replaceAll('/', '_')),
      bytes.toString('hex'),
    ]),
  ].map((spelling) => spelling.toLowerCase());
};

export type Leak = { readonly source: string; readonly planted: string; readonly spelling: string };

export const findPlanted = (sources: readonly Source[], of: Planted = planted): readonly Leak[] => {
  const wanted = Object.entries(of).flatMap(([name, text]) => spellings(text).map((spelling) => ({ name, spelling })));
  return sources.flatMap(({ name: source, content }) => {
    const text = (typeof content === 'string' ? content : Buffer.from(content).toString('utf8')).toLowerCase();
    return wanted
      .filter(({ spelling }) => text.includes(spelling))
      .map(({ name, spelling }) => ({ source, planted: name, spelling }));
  });
};

/** Fails naming every source and what was found in it. An empty source is a mistake of the test: what was not collected cannot be searched. */
export const assertAbsent = (sources: readonly Source[], of: Planted = planted): void => {
  deepEqual(
    sources.filter(({ content }) => content.length === 0).map(({ name }) => name),
    [],
    'these were collected and are empty',
  );
  deepEqual(findPlanted(sources, of), []);
};
