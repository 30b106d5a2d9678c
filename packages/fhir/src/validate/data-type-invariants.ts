/** Invariants of R4's data types that are decided with the structure: they are everywhere, or FHIRPath says of them less than the sentence. */
import { dateInterval } from '../datatypes/date-interval.ts';

type JsonObject = { readonly [member: string]: unknown };
type Invariant = { readonly key: string; readonly text: string; readonly holds: (value: JsonObject) => boolean };

const interval = (value: unknown): ReturnType<typeof dateInterval> =>
  typeof value === 'string' ? dateInterval(value) : undefined;

const startsBeforeItEnds = ({ start, end }: JsonObject): boolean => {
  const [first, last] = [interval(start), interval(end)];
  return first === undefined || last === undefined || first.start < last.end;
};

const hasValue = (extension: JsonObject): boolean =>
  Object.keys(extension).some((member) => /^_?value[A-Z]/.test(member));

const quantity: Invariant = {
  key: 'qty-3',
  text: 'If a code for the unit is present, the system SHALL also be present',
  holds: ({ code, system }) => code === undefined || system !== undefined,
};

/** Where both are of the same unit: others cannot be compared without knowing both. */
const lowBeforeHigh = ({ low, high }: JsonObject): boolean => {
  const [first, last] = [low, high].map((one) => (typeof one === 'object' && one !== null ? (one as JsonObject) : {}));
  if (typeof first?.['value'] !== 'number' || typeof last?.['value'] !== 'number') return true;
  const isSameUnit = ['system', 'code', 'unit'].every((member) => first[member] === last[member]);
  return !isSameUnit || first['value'] <= last['value'];
};

const invariants: ReadonlyMap<string, Invariant> = new Map([
  [
    'Extension',
    {
      key: 'ext-1',
      text: 'Must have either extensions or value[x], not both',
      holds: (value) => (value['extension'] === undefined) === hasValue(value),
    },
  ],
  ['Range', { key: 'rng-2', text: 'If present, low SHALL have a lower value than high', holds: lowBeforeHigh }],
  ['Period', { key: 'per-1', text: 'If present, start SHALL have a lower value than end', holds: startsBeforeItEnds }],
  [
    'Attachment',
    {
      key: 'att-1',
      text: 'If the Attachment has data, it SHALL have a contentType',
      holds: ({ data, contentType }) => data === undefined || contentType !== undefined,
    },
  ],
  ...['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'SimpleQuantity', 'MoneyQuantity'].map(
    (type): [string, Invariant] => [type, quantity],
  ),
]);

/** Which invariant of its data type a value breaks. */
export const dataTypeFault = (type: string, value: JsonObject): string | undefined => {
  const invariant = invariants.get(type);
  return invariant === undefined || invariant.holds(value) ? undefined : `${invariant.key}: ${invariant.text}`;
};
