import type { Env } from '@chartseal/server';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { DeadLetter, DeadLetterSelection } from '@chartseal/service-anchor';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';

type Options = {
  readonly topic?: readonly string[];
  readonly reason?: string;
  readonly limit?: number;
  readonly values?: true;
  readonly data: string;
};

export const dlqCommand = (env: Env): Command =>
  new Command('dlq')
    .description('events that could not be understood, and the way back for them')
    .addCommand(dlqListCommand(env))
    .addCommand(dlqReplayCommand(env));

/** One JSON object a line, oldest first for each topic; how many there are goes to stderr. */
const dlqListCommand = (env: Env): Command =>
  withSelection(new Command('list'))
    .description('shows the dead letters that were not put back yet')
    .option('--values', 'also the events themselves: whoever may write a topic wrote them')
    .action(async (options: Options) => {
      const { openEventLog } = await import('@chartseal/service-gateway');
      const { listDeadLetters } = await import('@chartseal/service-anchor');
      await using log = await openEventLog(await readOperation(env, options.data));
      const count = await listDeadLetters(log.events, selectionOf(options), (letter) => {
        console.log(lineOf(letter, options.values === true ? 'with-values' : 'without-values'));
      });
      console.error(`${count} dead letters`);
    });

const dlqReplayCommand = (env: Env): Command =>
  withSelection(new Command('replay'))
    .description('puts dead letters back onto their topics as they were, each once')
    .action(async (options: Options) => {
      const { openEventLog } = await import('@chartseal/service-gateway');
      const { replayDeadLetters } = await import('@chartseal/service-anchor');
      await using log = await openEventLog(await readOperation(env, options.data));
      console.log(`${await replayDeadLetters(log.events, selectionOf(options), { now: Date.now })} put back`);
    });

const withSelection = (command: Command): Command =>
  command
    .option('--topic <topic...>', 'the topics on which the events were published; all unless given')
    .option('--reason <reason>', 'only those refused for this: not-json, not-a-version, wrong-log')
    .addOption(new Option('--limit <number>', 'at most so many, the oldest first').argParser(positive))
    .addOption(dataOption());

const positive = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('give a whole number from 1');
  return number;
};

const selectionOf = ({ topic, reason, limit }: Options): DeadLetterSelection => ({
  ...(topic === undefined ? {} : { topics: topic }),
  ...(reason === undefined ? {} : { reason }),
  ...(limit === undefined ? {} : { limit }),
});

/** JSON leaves DEL and C1 as they are; a stranger's text must not steer the operator's terminal. */
export const lineOf = ({ id, reason, time, event }: DeadLetter, values: 'with-values' | 'without-values'): string => {
  const { topic, key, value, headers } = event;
  const shown = values === 'with-values' ? { value, ...(headers === undefined ? {} : { headers }) } : {};
  const line = JSON.stringify({ id, reason, time, topic, key, bytes: Buffer.byteLength(value), ...shown });
  return line.replaceAll(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escape);
};

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
