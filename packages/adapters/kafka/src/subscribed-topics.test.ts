import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AssignerProtocol } from 'kafkajs';
import type { Cluster } from 'kafkajs';
import { subscribedTopics } from './subscribed-topics.ts';

const partitions: Record<string, number> = { accepted: 3, decided: 2, changed: 1 };

const cluster = {
  addMultipleTargetTopics: () => Promise.resolve(),
  findTopicPartitionMetadata: (topic: string) =>
    Array.from({ length: partitions[topic] ?? 0 }, (_, partitionId) => ({ partitionId })),
} as unknown as Cluster;

const assigner = subscribedTopics({ cluster, groupId: 'group', logger: {} as never });

describe('assignment of partitions', () => {
  it('gives each partition to exactly one member, and to one that subscribed to its topic', async () => {
    const subscriptions = fc.array(fc.uniqueArray(fc.constantFrom(...Object.keys(partitions)), { minLength: 1 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(subscriptions, async (topicsOfMembers) => {
        const members = topicsOfMembers.map((topics, index) => ({
          memberId: `member-${index}`,
          memberMetadata: assigner.protocol({ topics }).metadata,
        }));
        const assigned = await assigner.assign({ members, topics: topicsOfMembers[0]! });
        const given: string[] = [];
        for (const { memberId, memberAssignment } of assigned) {
          const { assignment } = AssignerProtocol.MemberAssignment.decode(memberAssignment)!;
          const subscribed = topicsOfMembers[Number(memberId.slice('member-'.length))]!;
          for (const [topic, numbers] of Object.entries(assignment)) {
            deepEqual(subscribed.includes(topic), true);
            given.push(...numbers.map((number) => `${topic}-${number}`));
          }
        }
        const wanted = [...new Set(topicsOfMembers.flat())].flatMap((topic) =>
          Array.from({ length: partitions[topic] ?? 0 }, (_, number) => `${topic}-${number}`),
        );
        deepEqual(given.toSorted(), wanted.toSorted());
      }),
    );
  });
});
