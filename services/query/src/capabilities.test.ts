import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { routeTable } from './routes/route-table.ts';
import { createWorld } from './testing/world.ts';

type Named = { readonly name: string; readonly definition?: string; readonly documentation?: string };
type Capability = {
  readonly type: string;
  readonly interaction: readonly { readonly code: string }[];
  readonly operation: readonly Named[];
  readonly searchParam: readonly Named[];
  readonly searchInclude: readonly string[];
  readonly searchRevInclude: readonly string[];
  readonly conditionalRead: string;
};

describe('the CapabilityStatement', () => {
  it('tells what is routed, of each type and of the system', async () => {
    const { body } = await request(createWorld().app).get('/fhir/metadata');
    const [rest] = body.rest;
    const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code).toSorted();
    const names = (list: readonly Named[]) => list.map(({ name }) => name).toSorted();
    const of = (name: string): Capability => rest.resource.find(({ type }: Capability) => type === name);
    assert.deepEqual(codes(rest.interaction), ['history-system', 'search-system']);
    assert.deepEqual(names(rest.operation), ['meta']);
    assert.equal(rest.compartment.length, 5);
    assert.deepEqual(names(of('Patient').operation), ['accounting', 'everything', 'match', 'meta', 'proof']);
    assert.deepEqual(names(of('Consent').operation), ['explain', 'meta', 'proof']);
    assert.deepEqual(names(of('Observation').operation), ['lastn', 'meta', 'proof']);
    assert.ok(of('Observation').searchInclude.includes('Observation:subject'));
    assert.ok(of('Patient').searchRevInclude.includes('Observation:subject'));
    for (const { interaction, searchParam, conditionalRead } of rest.resource as Capability[]) {
      assert.deepEqual(codes(interaction), ['history-instance', 'history-type', 'read', 'search-type', 'vread']);
      assert.equal(conditionalRead, 'full-support');
      assert.ok(searchParam.every(({ definition, documentation }) => definition !== undefined && documentation !== ''));
      assert.equal(new Set(names(searchParam)).size, searchParam.length);
    }
  });

  it('has a route for each row of the table, and each row is reached', async () => {
    const { app } = createWorld();
    const sample: Readonly<Record<string, string>> = { resourceType: 'Patient', id: '1', version: '1', handle: 'x' };
    for (const { method, template } of routeTable) {
      const path = template.replace(/:(\w+)/g, (_, name: string) => sample[name] ?? '');
      // Without a token: what is routed asks for one, what is not is 404 or 405.
      assert.equal((await request(app)[method](`/fhir${path}`)).status, 401, `${method} ${template}`);
    }
  });
});
