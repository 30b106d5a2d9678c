/** Which metrics rules and dashboards ask for, and which a service has. */
import { readFile } from 'node:fs/promises';
import { createMetrics, systemClock } from '@chartseal/server';

const folder = new URL('../../infra/', import.meta.url);
export const infra = (path: string): Promise<string> => readFile(new URL(path, folder), 'utf8');

/** Names that are declared in the exposition; of a histogram those of its series. */
export const exportedNames = async (): Promise<ReadonlySet<string>> => {
  const text = await createMetrics({ service: 'test', version: '0', clock: systemClock }).text();
  const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  return new Set(
    declared.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
};

/** Names of metrics in an expression of PromQL; what Prometheus itself gives (`up`) is not among them. */
export const namesIn = (expression: string): readonly string[] =>
  expression.match(/\b(?:chartseal|process|nodejs)_[a-z0-9_]+/g) ?? [];
