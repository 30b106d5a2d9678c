/** https://hl7.org/fhir/R4/search.html#number and #quantity: which data types give which numbers. */
import { Big } from 'big.js';
import { canonicalQuantity } from '../ucum/canonical-quantity.ts';
import { ucumSystem } from '../ucum/units.ts';
import type { TypedValue } from './element-path.ts';
import type { ValueEntry } from './index-entry.ts';

type Fields = { readonly [member: string]: unknown };
type NumberEntry = Extract<ValueEntry, { kind: 'number' }>;
type QuantityEntry = Extract<ValueEntry, { kind: 'quantity' }>;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** In plain notation. Precision means nothing in a stored value: it is compared as it stands. */
const plain = (value: unknown): string | null =>
  typeof value === 'number' && Number.isFinite(value) ? new Big(value).toFixed() : null;

const boundsOf = ({ type, value }: TypedValue): { readonly low: string | null; readonly high: string | null } => {
  if (typeof value === 'number') return { low: plain(value), high: plain(value) };
  const fields = (value ?? {}) as Fields;
  if (type === 'Range') {
    const { low, high } = fields as { readonly low?: Fields; readonly high?: Fields };
    return { low: plain(low?.['value']), high: plain(high?.['value']) };
  }
  return { low: plain(fields['value']), high: plain(fields['value']) };
};

export const numbersOf = (code: string, value: TypedValue): readonly NumberEntry[] => {
  const bounds = boundsOf(value);
  return bounds.low === null && bounds.high === null ? [] : [{ kind: 'number', code, ...bounds }];
};

type Unit = Pick<QuantityEntry, 'system' | 'unitCode' | 'unit'>;

const unitOf = ({ type, value }: TypedValue): Unit => {
  const fields = (value ?? {}) as Fields;
  if (type === 'Money') return { system: 'urn:iso:std:iso:4217', unitCode: text(fields['currency']), unit: null };
  const { low, high } = fields as { readonly low?: Fields; readonly high?: Fields };
  const { system, code, unit } = type === 'Range' ? (low ?? high ?? {}) : fields;
  return { system: text(system), unitCode: text(code), unit: text(unit) };
};

const canonicalOf = (
  bounds: { readonly low: string | null; readonly high: string | null },
  { system, unitCode }: Unit,
): QuantityEntry['canonical'] => {
  if (system !== ucumSystem || unitCode === null) return null;
  const [low, high] = [bounds.low, bounds.high].map((bound) =>
    bound === null ? null : (canonicalQuantity(bound, unitCode) ?? undefined),
  );
  if (low === undefined || high === undefined) return null;
  const unit = (low ?? high)?.unit;
  return unit === undefined ? null : { unit, low: low?.value ?? null, high: high?.value ?? null };
};

export const quantitiesOf = (code: string, value: TypedValue): readonly QuantityEntry[] => {
  const bounds = boundsOf(value);
  if (bounds.low === null && bounds.high === null) return [];
  const unit = unitOf(value);
  return [{ kind: 'quantity', code, ...bounds, ...unit, canonical: canonicalOf(bounds, unit) }];
};
