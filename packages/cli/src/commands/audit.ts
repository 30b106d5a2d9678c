import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  auditLog,
  httpLog,
  mirrorSource,
  parseSeen,
  type AuditedLog,
  type LogSource,
  type SeenLog,
} from '@chartseal/client';
import { directoryTiles } from '@chartseal/tlog/node';
import { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, codeOf } from '../cli-error.ts';
import { findingSentence } from '../log-finding.ts';
import { positive } from '../positive.ts';
import { readTrust } from '../read-trust.ts';

type AuditOptions = {
  readonly trust: string;
  readonly state?: string;
  readonly full?: true;
  readonly requireLedger?: true;
  readonly every?: number;
};

/** For a third party. Exit status 0 if, and only if, all that was looked at is sound. */
export const auditCommand = (): Command =>
  new Command('audit')
    .description('follows a log from the last checkpoint seen, recomputes its roots and compares it with the ledger')
    .argument('<log>', 'its URL, such as https://hospital.example/log/records, or the directory of a mirror')
    .requiredOption('--trust <trust.json>', 'pins network, log keys and ledger; from somebody else than the hospital')
    .option('--state <file>', 'what was seen is kept there, and the next audit goes on from it')
    .option('--full', 'reads the whole log once more; what was seen before must still be a part of it')
    .option('--require-ledger', 'is an error where the log shows nothing of the ledger')
    .option('--every <seconds>', 'looks again after so long, until something is wrong', positive)
    .action(async (log: string, { trust: trustPath, state, full, requireLedger, every }: AuditOptions) => {
      const trust = await readTrust(trustPath);
      const source = sourceOf(log);
      for (;;) {
        const seen = state === undefined ? undefined : await readState(state);
        const audited = await auditLog(source, { trust, seen, full });
        if (audited.outcome === 'refuted') throw new CliError(findingSentence(log, audited));
        if (requireLedger === true && audited.anchored === undefined)
          throw new CliError(`${log} shows nothing of the ledger`);
        console.log(soundSentence(log, audited));
        if (state !== undefined) await writeState(state, audited.seen);
        if (every === undefined) return;
        await sleep(every * 1000);
      }
    });

const sourceOf = (log: string): LogSource => (/^https?:/.test(log) ? httpLog(log) : mirrorSource(directoryTiles(log)));

const readState = async (path: string): Promise<SeenLog | undefined> => {
  try {
    return parseSeen(await readFile(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const writeState = async (path: string, seen: SeenLog): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(seen)}\n`, { flush: true });
  await rename(`${path}.new`, path);
};

const soundSentence = (
  log: string,
  { checkpoint, from, anchored }: Extract<AuditedLog, { outcome: 'sound' }>,
): string => {
  const { origin, treeSize } = checkpoint;
  const seen = from === 0 ? 'read from its beginning' : `goes on from the ${from} leaves that were seen before`;
  const ledger =
    anchored === undefined
      ? 'It shows nothing of the ledger.'
      : `Its first ${anchored.treeSize} leaves are on the ledger, in block ${anchored.ledger.blockNumber}.`;
  const shown =
    anchored?.witnesses === undefined
      ? 'Not shown: that nobody is shown another history, which witnesses and the ledger are for.'
      : `Those leaves were seen by the witnesses ${anchored.witnesses.join(', ')}.`;
  return `Sound: ${log} is ${origin}, ${treeSize} leaves, ${seen}; its entries make the root that it signed. ${ledger} ${shown}`;
};
