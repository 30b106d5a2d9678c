import { deepEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { topicTable } from './topic-table.ts';

describe('topics of Kafka', () => {
  it('has the topics of the network, each with its dead letters', () => {
    const published = [
      'record.accepted',
      'access.decided',
      'record.anchored',
      'consent.changed',
      'checkpoint.anchored',
    ];
    const names = published.map((name) => `chartseal.${name}.v1`);
    deepEqual([...topicTable.keys()].toSorted(), [...names, ...names.map((name) => `${name}.dlq`)].toSorted());
  });

  it('compacts nothing of which an older event says what a newer of its key does not', () => {
    for (const [name, { cleanup }] of topicTable) ok(cleanup === 'delete' || name.startsWith('chartseal.checkpoint.'));
  });
});
