import { ChartsealError } from '@chartseal/ports';
import { CKF } from './cryptoki.ts';
import { codeOf } from './pkcs11-error.ts';
import { newPkcs11, type Pkcs11 } from './pkcs11js.ts';

type Loaded = { readonly pkcs11: Pkcs11; users: number; initialized: 'here' | 'elsewhere' };

/**
 * A PKCS#11 library is initialised once for a process (PKCS#11 2.40 §5.4), whoever uses it: the one thing here that is not of whoever opened
 * it. The last user finalises it, unless it was initialised by somebody else.
 */
const loaded = new Map<string, Loaded>();

export type Module = { readonly pkcs11: Pkcs11; initialize(): void; release(): void };

const initialize = (module: Loaded): void => {
  try {
    module.pkcs11.C_Initialize({ flags: CKF.OS_LOCKING_OK });
    module.initialized = 'here';
  } catch (error) {
    if (codeOf(error) !== 'CKR_CRYPTOKI_ALREADY_INITIALIZED') throw error;
  }
};

const load = (path: string): Loaded => {
  const pkcs11 = newPkcs11();
  try {
    pkcs11.load(path);
  } catch (cause) {
    throw new ChartsealError(
      'misconfigured',
      'PKCS11_MODULE names a file that cannot be loaded as a PKCS#11 library: check its path and its architecture',
      {},
      { cause },
    );
  }
  return { pkcs11, users: 0, initialized: 'elsewhere' };
};

/** @throws ChartsealError `misconfigured`, naming PKCS11_MODULE */
export const useModule = (path: string): Module => {
  const module = loaded.get(path) ?? load(path);
  initialize(module);
  loaded.set(path, module);
  module.users += 1;
  return {
    pkcs11: module.pkcs11,
    initialize: () => initialize(module),
    release: () => {
      module.users -= 1;
      if (module.users > 0) return;
      loaded.delete(path);
      if (module.initialized === 'here') module.pkcs11.C_Finalize();
    },
  };
};
