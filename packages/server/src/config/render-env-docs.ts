import type { EnvSchema } from './env.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A schema as the table of docs/env.md. The same schema gives the same text, so that a check can compare. */
export const renderEnvDocs = (schema: EnvSchema): string => {
  const rows = Object.entries(schema).map(([name, { description, expects, default: value }]) =>
    [`\`${name}\``, value === undefined ? 'none: must be set' : `\`${value}\``, cell(expects), cell(description)].join(
      ' | ',
    ),
  );
  return [
    '| variable | default | value | what for |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
};
