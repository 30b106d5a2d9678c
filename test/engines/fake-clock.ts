/** A clock for processes of the test's own that can be put forward and back while they run (libfaketime). The monotonic one goes on. */
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variables } from './native-engine.ts';

const library = globSync('/usr/lib/*/faketime/libfaketime.so.1').find((path) => existsSync(path));

/** For node's `skip` option. */
export const skipWithoutFakeClock =
  library === undefined ? 'libfaketime is missing (Debian: apt-get install faketime)' : false;

export class FakeClock {
  readonly variables: Variables;
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'clock');
    this.setOffset(0);
    this.variables =
      library === undefined
        ? {}
        : {
            LD_PRELOAD: library,
            FAKETIME_TIMESTAMP_FILE: this.#file,
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
            FAKETIME_NO_CACHE: '1',
          };
  }

  /** From now on the processes' wall clock is so far from the true one. */
  setOffset(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
  }
}
