/** A requester's own words may name anybody: a patient is told those that name nobody else. */

/** Parameters whose values are codes, dates, numbers, or names of parameters and elements. */
const harmless: ReadonlySet<string> = new Set(
  '_count _elements _format _include _revinclude _include:iterate _revinclude:iterate _lastUpdated _pretty _since _sort _summary _total _type category class clinical-status code code-value-concept code-value-quantity date effective end issued max start status type value-quantity'.split(
    ' ',
  ),
);

const naming: ReadonlySet<string> = new Set(['patient', 'subject', '_id', 'beneficiary']);

const isOwn = (value: string, patients: ReadonlySet<string>): boolean =>
  value.split(',').every((each) => patients.has(each.replace(/^Patient\//, '')));

/** `Observation?patient=Patient/1&performer:identifier=` : the value of the second might have named anybody. */
export const ownWords = (said: string, patients: ReadonlySet<string>): string => {
  const at = said.indexOf('?');
  const path = at === -1 ? said : said.slice(0, at);
  const [, id] = /^Patient\/([^/?]+)/.exec(path) ?? [];
  const own =
    id === undefined || /^[$_]/.test(id) || patients.has(id) ? path : path.replace(`Patient/${id}`, 'Patient');
  if (at === -1) return own;
  const words = [...new URLSearchParams(said.slice(at + 1))];
  const isTold = ([name, value]: readonly [string, string]): boolean =>
    harmless.has(name) || (naming.has(name) && isOwn(value, patients));
  if (own === path && words.every(isTold)) return said;
  return `${own}?${words.map((word) => (isTold(word) ? new URLSearchParams([[...word]]).toString() : `${encodeURIComponent(word[0])}=`)).join('&')}`;
};
