/**
 * What the CapabilityStatement says of writes is what ingest routes, no more and no less: the query service tells it, and knows ingest's
 * routes by a copy alone.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ingestRoutes } from '@chartseal/service-ingest';
import { GatewayProcess } from '../testing/gateway-process.ts';

type Coded = { readonly code: string };
type Operation = { readonly name: string; readonly definition: string };
type OfType = {
  readonly type: string;
  readonly interaction: readonly Coded[];
  readonly operation?: readonly Operation[];
  readonly updateCreate?: boolean;
  readonly conditionalCreate?: boolean;
  readonly conditionalUpdate?: boolean;
  readonly conditionalDelete?: string;
  readonly versioning: string;
};
type Rest = {
  readonly resource: readonly OfType[];
  readonly interaction: readonly Coded[];
  readonly operation?: readonly Operation[];
};

const writes = ['create', 'update', 'patch', 'delete'];
const routed = new Set<string>(
  ingestRoutes.flatMap((route) => (route.kind === 'interaction' ? [route.interaction] : [])),
);
const operations = (onType: 'types' | 'system'): readonly Operation[] => {
  const offered = ingestRoutes.flatMap((route) =>
    route.kind === 'operation' && (onType === 'types') === route.template.startsWith('/:resourceType')
      ? [{ name: route.operation, definition: route.definition }]
      : [],
  );
  return [...new Map(offered.map((each) => [each.name, each])).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

describe('The CapabilityStatement', () => {
  let rest: Rest;
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
    const { text } = await gateway.send('GET', 'metadata', { as: 'nobody' });
    [rest] = (JSON.parse(text) as { rest: [Rest] }).rest;
  });
  after(() => gateway[Symbol.asyncDispose]());

  it('claims the writes of each type that are routed', () => {
    for (const { type, interaction, ...claims } of rest.resource) {
      const claimed = interaction.map(({ code }) => code).filter((code) => writes.includes(code));
      deepEqual(claimed.toSorted(), writes.filter((write) => routed.has(write)).toSorted(), type);
      equal(claims.conditionalCreate, routed.has('create'), type);
      equal(claims.conditionalUpdate, routed.has('conditional update'), type);
      equal(claims.conditionalDelete, routed.has('conditional delete') ? 'single' : undefined, type);
      deepEqual([claims.updateCreate, claims.versioning], [true, 'versioned'], type);
    }
    const system = rest.interaction.map(({ code }) => code).filter((code) => ['batch', 'transaction'].includes(code));
    deepEqual(system.toSorted(), ['batch', 'transaction']);
  });

  it('claims the operations that are routed', () => {
    const names = new Set(
      ingestRoutes.flatMap((route) => (route.kind === 'operation' ? [route.operation as string] : [])),
    );
    const claimed = (listed: readonly Operation[] = []): readonly Operation[] =>
      listed.filter(({ name }) => names.has(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const { type, operation } of rest.resource) deepEqual(claimed(operation), operations('types'), type);
    deepEqual(claimed(rest.operation), operations('system'));
  });

  it('claims nothing that is not there', async () => {
    for (const { method, template } of ingestRoutes) {
      const path = template.slice(1).replace(':resourceType', 'Patient').replace(':id', 'none');
      const { status } = await gateway.send(method.toUpperCase(), path, method === 'delete' ? {} : { body: '{' });
      ok(status !== 404 && status !== 405, `${method} ${path}: ${status}`);
    }
  });
});
