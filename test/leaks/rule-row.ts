import type { Stage } from './stage.ts';

/** One thing that holds on the stage of stage.ts, and that a gateway without that rule of section C would break. */
export type RuleRow = {
  readonly rule: `C${number}`;
  /** What holds, in words that a clinician reads. */
  readonly holds: string;
  readonly when: (stage: Stage) => Promise<void>;
};
