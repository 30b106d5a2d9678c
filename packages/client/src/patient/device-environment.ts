import { randomBytes, randomUUID } from 'node:crypto';
import type { PatientState } from './patient-state.ts';

/** What a device needs of the machine that it runs on. */
export type DeviceEnvironment = {
  /** Keeps the state, durably, before it resolves: it is called before anything is sent that could not be asked again. */
  readonly save: (state: PatientState) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly uuid: () => string;
  readonly random: (size: number) => Uint8Array;
};

/** The system's clock and random source. */
export const systemEnvironment = (save: DeviceEnvironment['save']): DeviceEnvironment => ({
  save,
  now: () => Date.now(),
  uuid: () => randomUUID(),
  random: (size) => randomBytes(size),
});
