import type { EnvSchema } from './env.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const defaultOf = (value: string | undefined): string => {
  if (value === undefined) return 'none: must be set';
  return value === '' ? 'unset' : `\`${value}\``;
};

/** A schema as the table of docs/env.md. The same schema gives the same text, so that a check can compare. */
export const renderEnvDocs = (schema: EnvSchema): string => {
  const rows = Object.entries(schema).map(([name, { description, expects, default: value }]) =>
    [`\`${name}\``, defaultOf(value), cell(expects), cell(description)].join(' | '),
  );
  return [
    '| variable | default | value | what for |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
};
