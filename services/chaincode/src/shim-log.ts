import type { Logger } from '@chartseal/server';
import apiLogger from 'fabric-contract-api/lib/logger.js';
import shimLogger from 'fabric-shim/lib/logger.js';

const levels = { error: 'warn', warn: 'warn', info: 'debug' } as const;
const silent = ['http', 'verbose', 'debug', 'silly'] as const;

let log: Logger | undefined;

/** The shim's own words up to where they begin to quote: `[channel-tx] TypeError: …` is told as `TypeError`. */
const fixedPart = (message: string): string => /^(?:\[[^\]]*\])?\s*([A-Za-z' ]{0,80})/.exec(message)?.[1]?.trim() ?? '';

const tell = (shim: string, level: keyof typeof levels, message: unknown): void => {
  const text = String(message);
  // A refusal is an answer, and told as one where the transaction is named.
  if (level === 'error' && text.includes('{"code":')) return;
  log?.[levels[level]]({ shim, text: fixedPart(text) }, 'fabric-shim');
};

const loggerOf = (name: string): object =>
  Object.fromEntries<unknown>([
    ['level', 'info'],
    ...silent.map((level): [string, () => void] => [level, () => undefined]),
    ...(['error', 'warn', 'info'] as const).map((level): [string, (message: unknown) => void] => [
      level,
      (message) => tell(name, level, message),
    ]),
  ]);

// Their modules take a logger when they are loaded, so this file is imported before anything that imports them.
shimLogger.getLogger = (name = '') => loggerOf(name);
apiLogger.getLogger = (name = '') => loggerOf(name);

/** Sends what Fabric's libraries have to say to our log, as JSON; they would print coloured text with arguments and errors in it. */
export const logShimTo = (ours: Logger): void => {
  log = ours;
};
