import type { Env } from '@chartseal/server';
import { Command, Option } from 'commander';
import type { DeadLetter, DeadLetterSelection } from '@chartseal/service-anchor';
import { dataOption } from '../data-directory.ts';
import { readOperation } from '../operation.ts';
import { positive } from '../positive.ts';
import { terminalLine } from '../terminal-line.ts';

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

const selectionOf = ({ topic, reason, limit }: Options): DeadLetterSelection => ({
  ...(topic === undefined ? {} : { topics: topic }),
  ...(reason === undefined ? {} : { reason }),
  ...(limit === undefined ? {} : { limit }),
});

export const lineOf = ({ id, reason, time, event }: DeadLetter, values: 'with-values' | 'without-values'): string => {
  const { topic, key, value, headers } = event;
  const shown = values === 'with-values' ? { value, ...(headers === undefined ? {} : { headers }) } : {};
  return terminalLine({ id, reason, time, topic, key, bytes: Buffer.byteLength(value), ...shown });
};
