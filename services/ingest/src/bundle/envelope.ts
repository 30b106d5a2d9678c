import { validateResource } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { errorsOf, refusal, type IncomingResource } from '../intake.ts';

/** A Bundle's entries, untrusted, and what is wrong with them apart from their resources. */
export type Entries = { readonly entries: readonly unknown[]; readonly issues: readonly ErrorIssue[] };

/**
 * Reads the Bundle around its resources, which are validated one by one. A member that nobody understands is not passed over: it may
 * be a condition misspelt.
 * @throws ChartsealError `malformed` where there are no entries to look at, `invalid` for what is wrong with the Bundle itself
 */
export const readEnvelope = (bundle: IncomingResource): Entries => {
  const { entry = [], ...rest } = bundle;
  if (!Array.isArray(entry))
    throw refusal('malformed', { code: 'structure', expression: 'Bundle.entry', diagnostics: 'must be an array' });
  const entries: readonly unknown[] = entry;
  const found = errorsOf(
    validateResource(entries.length === 0 ? rest : { ...rest, entry: entries.map(withoutResource) }),
  );
  const isOfEntry = ({ expression }: ErrorIssue): boolean => expression?.startsWith('Bundle.entry[') ?? false;
  const issues = found.filter((issue) => !isOfEntry(issue) && !isOverlap(issue));
  if (issues.length > 0) throw new ChartsealError('invalid', 'the Bundle is not valid', { issues });
  return { entries, issues: found.filter(isOfEntry) };
};

/** bdl-7, equal fullUrls: a transaction refuses them naming the entry, in a batch each entry stands for itself. */
const isOverlap = ({ code, expression }: ErrorIssue): boolean => code === 'invariant' && expression === 'Bundle';

const withoutResource = (entry: unknown): unknown => {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  return Object.fromEntries(Object.entries(entry).filter(([member]) => member !== 'resource'));
};
