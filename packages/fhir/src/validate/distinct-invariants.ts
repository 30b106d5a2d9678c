/**
 * Invariants that want values to be distinct, for types that may have very many of them. @medplum/core compares each with
 * each: a collection of 500,000 small entries would hold the process for half an hour.
 */
type JsonObject = { readonly [member: string]: unknown };
type Distinct = {
  readonly key: string;
  readonly text: string;
  readonly values: (resource: JsonObject) => readonly string[];
};

const list = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);

/** `member` of the objects in `holder[children]`, to any depth. */
const nested = (holder: JsonObject, children: string, member: string): string[] => {
  const found: string[] = [];
  const stack = [...list(holder[children])];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const value = next[member];
    if (typeof value === 'string') found.push(value);
    for (const child of list(next[children])) stack.push(child);
  }
  return found;
};

const entryNames = ({ type, entry }: JsonObject): string[] => {
  if (type === 'history') return [];
  return list(entry).flatMap(({ fullUrl, resource }) => {
    if (typeof fullUrl !== 'string') return [];
    const meta = (resource as JsonObject | undefined)?.['meta'] as JsonObject | undefined;
    return [JSON.stringify([fullUrl, meta?.['versionId'] ?? ''])];
  });
};

const byType: Readonly<Record<string, Distinct>> = {
  Bundle: {
    key: 'bdl-7',
    text: 'FullUrl must be unique in a bundle, or else entries with same fullUrl must have different meta.versionId',
    values: entryNames,
  },
  CodeSystem: {
    key: 'csd-1',
    text: 'Within a code system definition, all the codes SHALL be unique',
    values: (resource) => nested(resource, 'concept', 'code'),
  },
  Questionnaire: {
    key: 'que-2',
    text: 'The link ids for groups and questions must be unique within the questionnaire',
    values: (resource) => nested(resource, 'item', 'linkId'),
  },
};

/** Keys of the invariants that are decided here and nowhere else. */
export const distinctKeys: ReadonlySet<string> = new Set(Object.values(byType).map(({ key }) => key));

/** Which of them a resource of valid structure breaks. */
export const distinctFault = (resource: { readonly resourceType: string }): string | undefined => {
  const rule = Object.hasOwn(byType, resource.resourceType) ? byType[resource.resourceType] : undefined;
  if (rule === undefined) return undefined;
  const values = rule.values(resource);
  return new Set(values).size === values.length ? undefined : `${rule.key}: ${rule.text}`;
};
