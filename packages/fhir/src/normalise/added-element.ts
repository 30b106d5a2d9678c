type JsonObject = { readonly [member: string]: unknown };

/** By its canonical system. `userSelected` and extensions speak of what the user chose, and stay there. */
export const canonicalCoding = (system: string, { version, code, display }: JsonObject): JsonObject => ({
  system,
  ...(version === undefined ? {} : { version }),
  code,
  ...(display === undefined ? {} : { display }),
});

/** Without element ids, which must not repeat, and without extensions: what may hold numbers is never copied. Undefined: nothing is left. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items = value.map(bare).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value)
    .filter(([member]) => member !== 'id' && member !== 'extension' && !member.startsWith('_'))
    .map(([member, content]): [string, unknown] => [member, bare(content)])
    .filter(([, content]) => content !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
};

/**
 * By its canonical system, with its use, type, value, period and assigner. The assigner is the same object, not a copy: where the
 * transaction around rewrites the reference in it, both say the new one.
 */
export const canonicalIdentifier = (system: string, { assigner, ...identifier }: JsonObject): JsonObject => ({
  ...(bare(identifier) as JsonObject),
  system,
  ...(assigner === undefined ? {} : { assigner }),
});
