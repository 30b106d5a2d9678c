import { dateInterval } from '@chartseal/fhir';
import { systems } from '../coding.ts';
import type { ConsentTerms, Rule } from './consent-terms.ts';
import { Issues, type ConsentIssue, type JsonObject } from './issues.ts';
import { readCode, readConcept, readLogicalReference } from './read-coded.ts';
import { readProvision } from './read-provision.ts';

/** Whose consent it must be, and under which id. */
export type ExpectedConsent = {
  /** The handle. */
  readonly patient: string;
  readonly consentId: string;
};

/** What a Consent says, or why that is not understood. */
export type ReadConsent =
  | { readonly kind: 'terms'; readonly terms: ConsentTerms }
  | { readonly kind: 'issues'; readonly issues: readonly ConsentIssue[] };

/** Elements that say nothing about what is allowed: for people, for archives, or (extension) free to be ignored by R4. */
const descriptive =
  'meta language text identifier extension dateTime category organization performer sourceAttachment sourceReference policy'.split(
    ' ',
  );
const decisive = ['resourceType', 'id', 'status', 'scope', 'patient', 'policyRule', 'provision'];

/**
 * Consent-semantics A1: refuses whatever `decide` could not enforce, so that what is stored is always understood. It reads a Consent
 * that is not known to be valid FHIR; elements that never decide are left to the validator.
 */
export const readConsent = (consent: unknown, expected: ExpectedConsent): ReadConsent => {
  const issues = new Issues();
  const read = issues.object(consent, 'Consent', [...decisive, ...descriptive]);
  if (read === undefined) return { kind: 'issues', issues: issues.found };
  readIdentity(issues, read, expected);
  const scope = readCode(issues, read['scope'], 'Consent.scope', systems.consentScope, ['patient-privacy', 'research']);
  const root =
    read['provision'] === undefined ? undefined : readProvision(issues, read['provision'], 'Consent.provision');
  const terms = scope === undefined ? undefined : readShape(issues, scope, read['policyRule'], root);
  refuseForeignModifiers(issues, read);
  if (issues.found.length > 0 || terms === undefined) return { kind: 'issues', issues: distinct(issues.found) };
  return { kind: 'terms', terms };
};

/**
 * The same, for whoever takes a directive: all that is wrong, each with its element; empty if it can be enforced.
 */
export const admit = (consent: unknown, expected: ExpectedConsent): readonly ConsentIssue[] => {
  const read = readConsent(consent, expected);
  return read.kind === 'issues' ? read.issues : [];
};

const readIdentity = (issues: Issues, consent: JsonObject, expected: ExpectedConsent): void => {
  if (consent['resourceType'] !== 'Consent') issues.report('structure', 'Consent.resourceType', 'must be Consent');
  if (consent['id'] !== expected.consentId)
    issues.report('value', 'Consent.id', 'must be the consentId that was signed');
  if (consent['status'] !== 'active') issues.report('value', 'Consent.status', 'must be active');
  const patientOnly = (value: unknown, path: string): void => {
    const handle = readLogicalReference(issues, value, path, systems.patient);
    if (handle !== undefined && handle !== expected.patient) {
      issues.report('value', `${path}.identifier.value`, 'must be the handle that was signed');
    }
  };
  if (consent['patient'] === undefined) issues.report('required', 'Consent.patient', 'is required');
  else patientOnly(consent['patient'], 'Consent.patient');
  // A proxy's consent needs proof of the proxy, which is not supported yet.
  issues.list(consent['performer'], 'Consent.performer', patientOnly);
  issues.list(consent['organization'], 'Consent.organization', (value, path) =>
    readLogicalReference(issues, value, path, systems.organization),
  );
  const { dateTime } = consent;
  if (dateTime !== undefined && (typeof dateTime !== 'string' || dateInterval(dateTime) === undefined)) {
    issues.report('value', 'Consent.dateTime', 'is not a date');
  }
  issues.list(consent['category'], 'Consent.category', (value, path) => readCategory(issues, value, path));
};

/** R4 consentcategorycodes and v3 ActCode that would make it something else than a directive on sharing. */
const otherCategories: ReadonlySet<string> = new Set(['acd', 'dnr', 'emrgonly', 'hcd', 'polst', 'EMRGONLY']);

const readCategory = (issues: Issues, value: unknown, path: string): void => {
  const codings = readConcept(issues, value, path);
  if (codings?.some(({ code }) => otherCategories.has(code)) === true) {
    issues.report('not-supported', `${path}.coding`, 'is not a category of consents on sharing that is known here');
  }
};

/** B2. */
const readShape = (
  issues: Issues,
  scope: ConsentTerms['scope'],
  policyRule: unknown,
  root: Rule | undefined,
): ConsentTerms | undefined => {
  const at = 'Consent.policyRule';
  if (!hasCoding(policyRule)) {
    if (root !== undefined) return { scope, policy: 'none', root };
    return issues.report('required', 'Consent.provision', 'nothing is permitted or denied');
  }
  const rule = readCode(issues, policyRule, at, systems.actCode, ['OPTIN', 'OPTOUT']);
  if (rule === undefined) return undefined;
  const { type } = root ?? {};
  if (rule === 'OPTIN') {
    if (root === undefined) return { scope, policy: 'optin' };
    if (type === 'deny') return { scope, policy: 'optin', root: { ...root, type } };
    return issues.report(
      'invariant',
      'Consent.provision.type',
      'readers disagree about OPTIN with a permit at the root',
    );
  }
  if (root === undefined) return { scope, policy: 'optout' };
  if (type === 'permit') return { scope, policy: 'optout', root: { ...root, type } };
  return issues.report('invariant', 'Consent.provision.type', 'readers disagree about OPTOUT with a deny at the root');
};

/** A policy rule that is a text alone decides as little as `policy.uri` does. */
const hasCoding = (policyRule: unknown): boolean =>
  policyRule !== undefined &&
  !(typeof policyRule === 'object' && policyRule !== null && Object.keys(policyRule).join() === 'text');

/** At any level, also where nothing else is read. */
const refuseForeignModifiers = (issues: Issues, consent: JsonObject): void => {
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: consent, path: 'Consent' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (Array.isArray(value))
      open.push(...value.map((item: unknown, index) => ({ value: item, path: `${path}[${index}]` })));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, content] of Object.entries(value)) {
        if (name === 'modifierExtension' || name === 'implicitRules') {
          issues.report('not-supported', `${path}.${name}`, 'changes the meaning in a way that is not known here');
        } else
          open.push({ value: content, path: /^_?[A-Za-z0-9]{1,64}$/.test(name) ? `${path}.${name}` : `${path}.?` });
      }
    }
  }
};

const distinct = (issues: readonly ConsentIssue[]): readonly ConsentIssue[] => [
  ...new Map(issues.map((issue) => [`${issue.code} ${issue.expression}`, issue])).values(),
];
