/**
 * How alike two Patients are: the sum of what each element that both have says for or against, as in record linkage after Fellegi and
 * Sunter, with fixed weights. docs/reading.md says them to whom it concerns.
 */
import { foldText, type JsonValue } from '@chartseal/fhir';
import type { MatchScore } from '../../release/bundle.ts';
import { isJsonObject, type JsonObject } from '../../json-object.ts';

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
const texts = (value: JsonValue | undefined): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
const folded = (value: JsonValue | undefined): readonly string[] => texts(value).map(foldText);

/** What of a Patient is compared, each as texts that are equal or not. */
type Features = Readonly<Record<Feature, ReadonlySet<string>>>;

/** What equality says for, and difference against, where both Patients have the element. */
const weights = {
  identifier: { equal: 60, different: 0 },
  birthDate: { equal: 20, different: -25 },
  family: { equal: 16, different: -10 },
  given: { equal: 10, different: -6 },
  gender: { equal: 2, different: -10 },
  telecom: { equal: 10, different: 0 },
  address: { equal: 8, different: -1 },
} as const satisfies Record<string, { readonly equal: number; readonly different: number }>;
type Feature = keyof typeof weights;
const features = Object.keys(weights) as Feature[];

/** A phone number by its digits, without what a country or an exchange writes before them. */
const telecomOf = ({ system, value }: JsonObject): readonly string[] => {
  if (typeof value !== 'string') return [];
  return system === 'email'
    ? [value.trim().toLowerCase()]
    : [value.replace(/\D/g, '').slice(-9)].filter((digits) => digits !== '');
};

export const featuresOf = (patient: JsonObject): Features => {
  const names = objects(patient.name);
  return {
    identifier: new Set(
      objects(patient.identifier).flatMap(({ system, value }) =>
        typeof value === 'string' ? [JSON.stringify([system ?? null, value])] : [],
      ),
    ),
    birthDate: new Set(texts(patient.birthDate)),
    family: new Set(names.flatMap(({ family }) => folded(family))),
    given: new Set(names.flatMap(({ given }) => folded(given))),
    gender: new Set(texts(patient.gender).filter((gender) => gender !== 'unknown')),
    telecom: new Set(objects(patient.telecom).flatMap(telecomOf)),
    address: new Set(
      objects(patient.address).flatMap(({ line, postalCode, city }) =>
        folded(line).map((text) => JSON.stringify([text, folded(postalCode ?? city)])),
      ),
    ),
  };
};

/** A sum of this much is as good as sure. */
const sure = 60;
const likely = 36;
const worthALook = 18;

/** Undefined where there is too little for it to be the same person. */
export const matchScore = (asked: Features, known: Features): MatchScore | undefined => {
  let sum = 0;
  let conflicts = 0;
  for (const feature of features) {
    if (asked[feature].size === 0 || known[feature].size === 0) continue;
    const equal = [...asked[feature]].some((value) => known[feature].has(value));
    sum += equal ? weights[feature].equal : weights[feature].different;
    if (!equal && (feature === 'birthDate' || feature === 'gender')) conflicts += 1;
  }
  if (sum < worthALook) return undefined;
  const score = Math.round((Math.min(sum, 100) / 100) * 100) / 100;
  if (sum >= sure && conflicts === 0) return { score, grade: 'certain' };
  return { score, grade: sum >= likely ? 'probable' : 'possible' };
};
