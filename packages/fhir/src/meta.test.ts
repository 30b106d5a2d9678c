import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setServerMeta } from './meta.ts';

const own = { id: '1', versionId: '2', lastUpdated: '2026-01-01T00:00:00.000Z' };

it('setServerMeta sets what the server owns and keeps the rest', () => {
  const security = [{ code: 'R' }];
  const resource = { id: 'theirs', meta: { security, versionId: '9', _lastUpdated: {}, profile: ['http://x'] } };
  setServerMeta(resource, own);
  assert.deepEqual(resource, {
    id: '1',
    meta: { security, profile: ['http://x'], versionId: '2', lastUpdated: own.lastUpdated },
  });
  assert.equal(resource.meta.security, security);
  const bare = {};
  setServerMeta(bare, own);
  assert.deepEqual(bare, { id: '1', meta: { versionId: '2', lastUpdated: own.lastUpdated } });
});
