import type { Logger } from '@chartseal/server';
import shimLogger from 'fabric-shim/lib/logger.js';

const levels = { error: 'warn', warn: 'warn', info: 'debug' } as const;
const silent = ['http', 'verbose', 'debug', 'silly'] as const;

let log: Logger | undefined;

/** The shim's own words, without what it put into them: they may quote a transaction's error. */
const fixedPart = (message: unknown): string => String(message).split(/[:{[]/)[0]?.trim().slice(0, 120) ?? '';

const loggerOf = (name: string): object =>
  Object.fromEntries<unknown>([
    ['level', 'info'],
    ...silent.map((level): [string, () => void] => [level, () => undefined]),
    ...Object.entries(levels).map(([level, ours]): [string, (message: unknown) => void] => [
      level,
      (message) => log?.[ours]({ shim: name, text: fixedPart(message) }, 'fabric-shim'),
    ]),
  ]);

// The shim's modules take their loggers when they are loaded, so this file is imported before them.
shimLogger.getLogger = (name = '') => loggerOf(name);

/** Sends what fabric-shim has to say to our log, as JSON; it would print coloured text with whatever an error quotes. */
export const logShimTo = (ours: Logger): void => {
  log = ours;
};
