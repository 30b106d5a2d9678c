import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { checkTopic } from './topic-check.ts';
import type { FoundTopic, TopicDifference } from './topic-check.ts';
import { configOf, settingsOf } from './topic-table.ts';

const accepted = 'chartseal.record.accepted.v1';
const checkpoints = 'chartseal.checkpoint.anchored.v1';

const check = (name: string, change: Record<string, string>, shape: Partial<FoundTopic> = {}) => {
  const settings = settingsOf(name);
  const wanted = configOf(settings, 3);
  const config = new Map([
    ...wanted.map(({ name: key, value }): [string, string] => [key, value]),
    ...Object.entries(change),
  ]);
  return checkTopic({ name, partitions: settings.partitions, replicas: 3, config, ...shape }, settings, wanted, 3);
};

describe('a topic that was there', () => {
  const broken: readonly [string, string, Record<string, string>, RegExp][] = [
    ['compacted', accepted, { 'cleanup.policy': 'compact' }, /cleanup\.policy=delete/],
    ['compacted and deleted', accepted, { 'cleanup.policy': 'compact,delete' }, /cleanup\.policy=delete/],
    ['kept for an hour', accepted, { 'retention.ms': '3600000' }, /retention\.ms=/],
    ['dead letters kept for a day', `${accepted}.dlq`, { 'retention.ms': '86400000' }, /retention\.ms=/],
    ['cut by size', accepted, { 'retention.bytes': '1000000' }, /retention\.bytes=-1/],
    ['led by whoever is left', accepted, { 'unclean.leader.election.enable': 'true' }, /unclean/],
  ];
  for (const [what, topic, change, remedy] of broken)
    it(`is refused, with the remedy, when ${what}`, () => {
      throws(
        () => check(topic, change),
        (error) => isKind(error, 'misconfigured') && remedy.test(error.message) && error.message.includes(topic),
      );
    });

  const allowed: readonly [string, string, Record<string, string>, Partial<FoundTopic>, readonly string[]][] = [
    ['as the table has it', accepted, {}, {}, []],
    ['kept for ever', accepted, { 'retention.ms': '-1' }, {}, ['retention.ms']],
    ['of fewer partitions and copies', accepted, {}, { partitions: 3, replicas: 1 }, ['partitions', 'replicas']],
    ['a checkpoint topic that deletes', checkpoints, { 'cleanup.policy': 'delete' }, {}, ['cleanup.policy']],
  ];
  for (const [what, topic, change, shape, differences] of allowed)
    it(`is taken, and its differences are told, when ${what}`, () => {
      const told: readonly TopicDifference[] = check(topic, change, shape);
      deepEqual(
        told.map(({ setting }) => setting),
        differences,
      );
    });
});
