import { systems } from '../coding.ts';
import { holdsFreeText } from './free-text.ts';
import { highest, isConfidentiality, isSensitivity, type Confidentiality } from './sensitivity.ts';
import type { ValueSets } from './value-sets.ts';

/** What a record tells beyond the ordinary. Sensitivities are v3 codes, sorted. */
export type Labels =
  | { readonly kind: 'labelled'; readonly confidentiality: Confidentiality; readonly sensitivities: readonly string[] }
  /** Not looked at yet, or by nothing that reads prose: as confidential as can be (V), and possibly sensitive in every way. */
  | { readonly kind: 'unlabelled' };

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Labels of a resource, by every coding anywhere in it, its contained resources too. Confidentiality is N, at least R with any
 * sensitivity; labels in `meta.security` can only raise, and one that is not understood raises to R. A resource that holds or links a
 * free text (see `holdsFreeText`) cannot be labelled by codes: a note names HIV or addiction in prose under a generic code. It is
 * `unlabelled`: V, matched by a rule that denies any sensitivity code, and by one that permits a securityLabel only if it lists V.
 * What a narrative, an annotation or a display says is not seen.
 */
export const labelsOf = (resource: unknown, valueSets: ValueSets): Labels => {
  if (holdsFreeText(resource)) return { kind: 'unlabelled' };
  const sensitivities = new Set<string>();
  let confidentiality: Confidentiality = 'N';
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: resource, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as readonly unknown[]) open.push({ value: item, path });
      continue;
    }
    // Two steps tell `meta.security`, of an entry or a contained resource too, from any other `security`.
    const last = path.split('.').at(-1) ?? '';
    for (const [name, content] of Object.entries(value)) open.push({ value: content, path: `${last}.${name}` });
    const { system, code, display } = value as JsonObject;
    if (path === 'meta.security') confidentiality = highest(confidentiality, raisedBy(system, code, sensitivities));
    if (typeof system !== 'string' || typeof code !== 'string') continue;
    const shown = typeof display === 'string' ? display : '';
    for (const label of valueSets.sensitivitiesOf(system, code, shown)) sensitivities.add(label);
  }
  if (sensitivities.size > 0) confidentiality = highest(confidentiality, 'R');
  return { kind: 'labelled', confidentiality, sensitivities: [...sensitivities].sort() };
};

/** Of a record and what holds it: nothing is lost. */
export const joinLabels = (a: Labels, b: Labels): Labels =>
  a.kind === 'unlabelled' || b.kind === 'unlabelled'
    ? { kind: 'unlabelled' }
    : {
        kind: 'labelled',
        confidentiality: highest(a.confidentiality, b.confidentiality),
        sensitivities: [...new Set([...a.sensitivities, ...b.sensitivities])].sort(),
      };

/** Systems whose codes on a record say what it is for or how whole it is, nothing of what it tells. */
const neutral: ReadonlySet<unknown> = new Set([systems.actReason, systems.observationValue]);

const raisedBy = (system: unknown, code: unknown, sensitivities: Set<string>): Confidentiality => {
  if (neutral.has(system)) return 'U';
  if (typeof code !== 'string') return 'R';
  if (system === systems.confidentiality && isConfidentiality(code)) return code;
  // v3 Confidentiality once had ETH, HIV, PSY and SDV itself.
  if ((system === systems.actCode || system === systems.confidentiality) && isSensitivity(code))
    sensitivities.add(code);
  return 'R';
};
