import { AssignerProtocol } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** Topics in the order of their names; each with the members that subscribed to it, in the order of their ids. */
const subscribersOf = (members: readonly { memberId: string; memberMetadata: Buffer }[]): [string, string[]][] => {
  const subscriptions = members.flatMap(({ memberId, memberMetadata }) =>
    (MemberMetadata.decode(memberMetadata)?.topics ?? []).map((topic) => ({ topic, memberId })),
  );
  const grouped = Map.groupBy(subscriptions, ({ topic }) => topic);
  return [...grouped]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([topic, ofTopic]) => [topic, ofTopic.map(({ memberId }) => memberId).toSorted()]);
};

/**
 * Gives each partition to a member that subscribed to its topic, in turn. kafkajs's own gives the leader's topics to all members, and
 * nobody those of the others: two versions of a service, of which one reads a topic more, would lose it in a rolling upgrade.
 */
export const subscribedTopics: PartitionAssigner = ({ cluster }) => ({
  name: 'chartseal-subscribed-topics',
  version: 0,

  assign: async ({ members }) => {
    const subscribers = subscribersOf(members);
    await cluster.addMultipleTargetTopics(subscribers.map(([topic]) => topic));
    const assignments = new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
    let turn = 0;
    for (const [topic, memberIds] of subscribers)
      for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
        const assigned = assignments.get(memberIds[turn++ % memberIds.length] ?? '');
        assigned?.set(topic, [...(assigned.get(topic) ?? []), partitionId]);
      }
    return [...assignments].map(([memberId, assigned]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: 0,
        assignment: Object.fromEntries(assigned),
        userData: Buffer.alloc(0),
      }),
    }));
  },

  protocol: ({ topics }) => ({
    name: 'chartseal-subscribed-topics',
    metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
});
