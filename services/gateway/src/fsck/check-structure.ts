import { setTimeout as sleep } from 'node:timers/promises';
import type { FsckEngines } from '../compose-fsck.ts';
import type { Finding, Report } from './finding.ts';

/** A write under way can look like a contradiction for a moment. */
const secondLookMs = 300;

/** Rows that contradict each other, and go on doing so. */
export const checkStructure = async ({ inspection }: FsckEngines, report: Report): Promise<void> => {
  const look = async (): Promise<Finding[]> => {
    const found: Finding[] = [];
    for await (const { check, place } of inspection.structure()) found.push({ place, problem: check });
    return found;
  };
  const first = await look();
  if (first.length === 0) return;
  await sleep(secondLookMs);
  const again = new Set((await look()).map(({ place, problem }) => `${place}\n${problem}`));
  for (const finding of first) if (again.has(`${finding.place}\n${finding.problem}`)) report(finding);
};
