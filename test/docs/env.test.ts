import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { SERVICE_ENV, ENGINE_ENV } from '@chartseal/engines';
import { renderEnvDocs } from '@chartseal/server';
import { CHAINCODE_ENV } from '@chartseal/service-chaincode';
import { SANDBOX_ENV } from '@chartseal/service-gateway';
import { IMPORT_ENV } from '@chartseal/service-ingest';
import { UPSTREAM_ENV } from '@chartseal/service-upstream';

const path = new URL('../../docs/env.md', import.meta.url);
const expected = `# Environment variables

Generated from the schemas in \`packages/engines\`, \`services/gateway\`, \`services/ingest\`, \`services/upstream\` and
\`services/chaincode\`; a test compares them. After a change of a schema:
\`CHARTSEAL_WRITE_DOCS=1 pnpm test test/docs/env.test.ts\`. Secrets and certificates come as files; what a variable names \`_FILE\` is read once, at start.

## A hospital's services

For \`services/ingest\`, \`query\`, \`consent\`, \`anchor\` and \`upstream\`, for \`services/gateway\` as soon as \`FABRIC_PEER_ENDPOINT\` is set, and for the commands of
\`chartseal\` that work on a hospital's engines.

${renderEnvDocs(SERVICE_ENV)}
## Imports in bulk

For \`services/ingest\`, besides those of a hospital's service, and for \`services/gateway\`. docs/runbooks/import.md says how to use them.

${renderEnvDocs(IMPORT_ENV)}
## The upstream connector

For \`services/upstream\`, besides those of a hospital's service; and for \`services/gateway\`, which takes over the records of an upstream as soon as
\`UPSTREAM_BASE_URL\` is set. docs/runbooks/upstream.md says how it goes about it.

${renderEnvDocs(UPSTREAM_ENV)}
## The chaincode server

For \`services/chaincode\`, one beside each peer.

${renderEnvDocs(CHAINCODE_ENV)}
## The sandbox

For \`services/gateway\` without \`FABRIC_PEER_ENDPOINT\`: one process on the embedded ledger. Of the engines it takes those that are named, with the variables
above (${Object.keys(ENGINE_ENV)
  .map((name) => name.split('_')[0] ?? name)
  .filter((name, at, all) => all.indexOf(name) === at)
  .map((name) => `\`${name}_*\``)
  .join(', ')}), and brings the others itself.

${renderEnvDocs(SANDBOX_ENV)}`;

it('docs/env.md says what the schemas say', () => {
  if (process.env['CHARTSEAL_WRITE_DOCS'] === '1') writeFileSync(path, expected);
  assert.equal(readFileSync(path, 'utf8'), expected);
});
