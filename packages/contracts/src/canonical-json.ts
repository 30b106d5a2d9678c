/**
 * JSON with members sorted by UTF-16 code units and no white space (RFC 8785 for the values that contracts use: strings,
 * safe integers, booleans, null, arrays, plain objects). Endorsers compare bytes, and hashes are taken over them.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
