import type { ReceivedEvent } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Session } from '../database/database.ts';
import { toReceived, type EventRow } from './event-rows.ts';

const batchSize = 500;

export type GroupTopic = { readonly group: string; readonly topic: string; readonly topicId: number };

/**
 * A group's place on a topic. Who holds its lock is the one active member; the lock is the session's, so that PostgreSQL
 * frees it when the member dies, and the offset is committed through the same session, so that who lost it commits nothing.
 */
export class Membership {
  readonly #of: GroupTopic;
  readonly #session: Session;
  #isActive = false;

  constructor(of: GroupTopic, session: Session) {
    this.#of = of;
    this.#session = session;
  }

  /** True once this member is the active one; it stays so while the session lives. */
  async activate(): Promise<boolean> {
    if (this.#isActive) return true;
    const lock = lockNumber('consumer', this.#of.group, this.#of.topic);
    const text = 'select pg_try_advisory_lock($1) as held';
    const [row] = await this.#session.query<{ held: boolean }>({ text, values: [lock] });
    this.#isActive = row?.held === true;
    return this.#isActive;
  }

  /** The oldest events that the group has not committed. */
  async next(): Promise<readonly ReceivedEvent[]> {
    const { group, topic, topicId } = this.#of;
    const rows = await this.#session.query<EventRow>({
      name: 'group-next',
      text: `select position, key, value, headers from event where topic = $2
        and position >= (select committed from consumer_group where name = $1 and topic = $2)
        order by position limit $3`,
      values: [group, topicId, batchSize],
    });
    return toReceived(topic, rows);
  }

  async commit(last: ReceivedEvent): Promise<void> {
    await this.#session.query({
      name: 'group-commit',
      text: 'update consumer_group set committed = $3 where name = $1 and topic = $2 and committed < $3',
      values: [this.#of.group, this.#of.topicId, Number(last.offset) + 1],
    });
  }
}
