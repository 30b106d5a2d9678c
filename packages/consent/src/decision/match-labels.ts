import type { Labels } from '../label/labels-of.ts';
import {
  highest,
  includesSensitivity,
  isAtMost,
  isConfidentiality,
  isSensitivity,
  mayBeSensitivity,
  type Confidentiality,
} from '../label/sensitivity.ts';
import type { Match } from '../time/rule-interval.ts';

/**
 * Consent-semantics B10. In a rule that permits, the highest level listed covers it and all below; the sensitivity codes listed
 * cover a record all of whose sensitivities they include, and which is not confidential for another reason. In a rule that denies,
 * the lowest level listed covers it and all above, and a sensitivity code every record that has it, or may have it.
 */
export const matchLabels = (type: 'permit' | 'deny', listed: readonly string[], labels: Labels): Match => {
  const levels = listed.filter(isConfidentiality);
  const codes = listed.filter(isSensitivity);
  return type === 'permit' ? permitted(levels, codes, labels) : denied(levels, codes, labels);
};

const confidentialityOf = (labels: Labels): Confidentiality =>
  labels.kind === 'labelled' ? labels.confidentiality : 'V';

const permitted = (levels: readonly Confidentiality[], codes: readonly string[], labels: Labels): Match => {
  if (levels.length > 0 && isAtMost(confidentialityOf(labels), highest(...levels))) return 'yes';
  if (labels.kind === 'unlabelled' || labels.sensitivities.length === 0) return 'no';
  const included = labels.sensitivities.every((found) => codes.some((code) => includesSensitivity(code, found)));
  return included && isAtMost(labels.confidentiality, 'R') ? 'yes' : 'no';
};

const denied = (levels: readonly Confidentiality[], codes: readonly string[], labels: Labels): Match => {
  if (levels.some((level) => isAtMost(level, confidentialityOf(labels)))) return 'yes';
  if (labels.kind === 'unlabelled') return codes.length > 0 ? 'maybe' : 'no';
  const { sensitivities } = labels;
  if (sensitivities.some((found) => codes.some((code) => includesSensitivity(code, found)))) return 'yes';
  return sensitivities.some((found) => codes.some((code) => mayBeSensitivity(code, found))) ? 'maybe' : 'no';
};
