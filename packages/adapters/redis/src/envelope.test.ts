import { deepEqual, equal, notDeepEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { envelopeOf } from './envelope.ts';

describe('what Redis gets to see', () => {
  const envelope = envelopeOf(randomBytes(32));
  const sealed = fc.record({ key: fc.string(), value: fc.uint8Array({ maxLength: 100 }) });

  it('opens under its own key and secret alone', () => {
    const stranger = envelopeOf(randomBytes(32));
    fc.assert(
      fc.property(sealed, ({ key, value }) => {
        const box = envelope.seal(key, value);
        deepEqual(envelope.open(key, box), value);
        equal(envelope.open(`${key}x`, box), undefined);
        equal(stranger.open(key, box), undefined);
        notDeepEqual(envelope.seal(key, value), box);
        notDeepEqual(stranger.nameOf(key), envelope.nameOf(key));
      }),
    );
  });

  it('does not open once a bit has changed, or when it is cut', () => {
    fc.assert(
      fc.property(sealed, fc.nat(), ({ key, value }, nat) => {
        const box = envelope.seal(key, value);
        const bit = nat % (box.length * 8);
        const changed = Buffer.from(box);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        equal(envelope.open(key, changed), undefined);
        equal(envelope.open(key, box.subarray(0, bit >> 3)), undefined);
      }),
    );
  });
});
