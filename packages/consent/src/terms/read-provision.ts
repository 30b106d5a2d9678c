import { systems } from '../coding.ts';
import { ruleInterval, type RuleInterval } from '../time/rule-interval.ts';
import type { Actor, AuthorReference, Rule, RuleData } from './consent-terms.ts';
import { isObject, type Issues } from './issues.ts';
import {
  readAction,
  readClass,
  readCode,
  readConcept,
  readLogicalReference,
  readPurpose,
  readSecurityLabel,
} from './read-coded.ts';
import { parseReference } from '@chartseal/fhir';

const members = 'id type period actor action securityLabel purpose class code dataPeriod data provision'.split(' ');

/**
 * Reads a provision with all that is below it. An `extension` is refused here, though it is no modifier: in a rule, detail that is
 * ignored could be the detail that the patient meant.
 */
export const readProvision = (issues: Issues, value: unknown, path: string): Rule | undefined => {
  const provision = issues.object(value, path, members);
  if (provision === undefined) return undefined;
  const { type } = provision;
  if (type === undefined) issues.report('required', `${path}.type`, 'a rule must say permit or deny');
  else if (type !== 'permit' && type !== 'deny') issues.report('value', `${path}.type`, 'must be permit or deny');
  const each = <T>(name: string, read: (issues: Issues, item: unknown, at: string) => T | undefined) =>
    issues.list(provision[name], `${path}.${name}`, (item, at) => read(issues, item, at));
  const elements = {
    period: readPeriod(issues, provision['period'], `${path}.period`),
    actors: each('actor', readActor),
    actions: each('action', readAction),
    securityLabels: each('securityLabel', readSecurityLabel),
    purposes: each('purpose', readPurpose),
    classes: each('class', readClass),
    codes: each('code', readConcept)?.flat(),
    dataPeriod: readPeriod(issues, provision['dataPeriod'], `${path}.dataPeriod`),
    data: each('data', readData),
  };
  const present = Object.fromEntries(Object.entries(elements).filter(([, element]) => element !== undefined));
  const rules = each('provision', readProvision) ?? [];
  return { ...(present as Partial<Rule>), path, type: type === 'permit' ? 'permit' : 'deny', rules };
};

const readPeriod = (issues: Issues, value: unknown, path: string): RuleInterval | undefined => {
  if (value === undefined) return undefined;
  const period = issues.object(value, path, ['start', 'end']);
  if (period === undefined) return undefined;
  const [start, end] = ['start', 'end'].map((name) =>
    period[name] === undefined ? undefined : issues.text(period[name], `${path}.${name}`),
  );
  const interval = ruleInterval(start, end);
  if (interval === 'unreadable-start') return issues.report('value', `${path}.start`, 'is not a date');
  if (interval === 'unreadable-end') return issues.report('value', `${path}.end`, 'is not a date');
  if (interval === 'ends-before-it-starts') return issues.report('invariant', path, 'ends before it starts');
  return interval;
};

const roles = { IRCP: 'recipient', PRCP: 'recipient', CST: 'custodian', AUT: 'author' } as const;

const readActor = (issues: Issues, value: unknown, path: string): Actor | undefined => {
  const actor = issues.object(value, path, ['id', 'role', 'reference']);
  if (actor === undefined) return undefined;
  const code = readCode(issues, actor['role'], `${path}.role`, systems.participationType, [
    'IRCP',
    'PRCP',
    'CST',
    'AUT',
  ]);
  if (actor['reference'] === undefined) return issues.report('required', `${path}.reference`, 'is required');
  if (code === 'AUT') {
    const author = readAuthor(issues, actor['reference'], `${path}.reference`);
    return author === undefined ? undefined : { role: 'author', author };
  }
  const organization = readLogicalReference(issues, actor['reference'], `${path}.reference`, systems.organization);
  return code === undefined || organization === undefined ? undefined : { role: roles[code], organization };
};

const readAuthor = (issues: Issues, value: unknown, path: string): AuthorReference | undefined => {
  if (isObject(value) && value['reference'] !== undefined) {
    const reference = readLiteral(issues, value, path);
    return reference === undefined ? undefined : { reference };
  }
  const organization = readLogicalReference(issues, value, path, systems.organization);
  return organization === undefined ? undefined : { organization };
};

const readData = (issues: Issues, value: unknown, path: string): RuleData | undefined => {
  const data = issues.object(value, path, ['id', 'meaning', 'reference']);
  if (data === undefined) return undefined;
  const { meaning } = data;
  if (meaning !== 'instance' && meaning !== 'authoredby') {
    return issues.report('not-supported', `${path}.meaning`, 'must be instance or authoredby');
  }
  if (data['reference'] === undefined) return issues.report('required', `${path}.reference`, 'is required');
  if (meaning === 'authoredby') {
    const author = readAuthor(issues, data['reference'], `${path}.reference`);
    return author === undefined ? undefined : { meaning, author };
  }
  const reference = readLiteral(issues, data['reference'], `${path}.reference`);
  return reference === undefined ? undefined : { meaning, reference };
};

/** `Type/id` of a record at the custodian; not one version of it, for today's consent decides all versions (B12). */
const readLiteral = (issues: Issues, value: unknown, path: string): string | undefined => {
  const reference = issues.object(value, path, ['reference', 'display', 'type']);
  if (reference === undefined) return undefined;
  const text = issues.text(reference['reference'], `${path}.reference`);
  if (text === undefined) return undefined;
  const parsed = parseReference(text, '');
  if (parsed.kind === 'relative' && parsed.version === undefined) return `${parsed.type}/${parsed.id}`;
  return issues.report('not-supported', `${path}.reference`, 'must be a relative reference without a version');
};
