import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openKafka } from '@chartseal/kafka';
import { eventLogSuite, type EventLogFixture } from '@chartseal/ports/suites';
import { skipWithout } from './available.ts';
import { announcedBroker } from './kafka-broker.ts';

const program = fileURLToPath(new URL('hanging-member.ts', import.meta.url));

const openFixture = async (): Promise<EventLogFixture> => {
  const broker = announcedBroker();
  await broker.up();
  const settings = { ...broker.mutualTls(), publishTimeoutMs: 8000, topicPrefix: 'chartseal.' };
  const [first, second] = [openKafka(settings), openKafka(settings)];
  return {
    events: first.events,
    others: second.events,
    crash: async () => {
      broker.kill();
      await broker.up();
    },
    hangingMember: async (subscription) => {
      const order = JSON.stringify({ settings, subscription });
      const child = spawn(process.execPath, [program, order], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      return {
        kill: async () => {
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        },
      };
    },
    stop: () => broker.down(),
    close: async () => {
      await first.close();
      await second.close();
    },
  };
};

eventLogSuite('Kafka', openFixture, { skip: skipWithout('kafka') });
