import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Recent } from './recent.ts';

it('remembers the latest, and makes what it has forgotten anew', () => {
  const made: string[] = [];
  const recent = new Recent<string>(2);
  for (const name of ['a', 'b', 'a', 'c', 'b', 'a']) {
    assert.equal(
      recent.of(name, () => (made.push(name), name.toUpperCase())),
      name.toUpperCase(),
    );
  }
  assert.deepEqual(made, ['a', 'b', 'c', 'a']);
});
