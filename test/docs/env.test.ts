import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { renderEnvDocs, SANDBOX_ENV } from '@chartseal/server';

const path = new URL('../../docs/env.md', import.meta.url);
const intro = `# Environment variables

Generated from the schema in \`packages/server/src/config\`; a test compares them. After a change of the schema:
\`CHARTSEAL_WRITE_DOCS=1 pnpm test test/docs/env.test.ts\`.

`;

it('docs/env.md says what the schema says', () => {
  const expected = intro + renderEnvDocs(SANDBOX_ENV);
  if (process.env['CHARTSEAL_WRITE_DOCS'] === '1') writeFileSync(path, expected);
  assert.equal(readFileSync(path, 'utf8'), expected);
});
