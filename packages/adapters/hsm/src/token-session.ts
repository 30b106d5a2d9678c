import { ChartsealError } from '@chartseal/ports';
import { CKF, CKU } from './cryptoki.ts';
import { useModule, type Module } from './module.ts';
import { asChartsealError, codeOf, isLost, isPinRefused } from './pkcs11-error.ts';
import type { Handle, Pkcs11 } from './pkcs11js.ts';

export type TokenSettings = { readonly module: string; readonly tokenLabel: string; readonly pin: string };

/** What an operation works with. `epoch` changes with the session, and with it all handles of objects. */
export type Session = { readonly pkcs11: Pkcs11; readonly handle: Handle; readonly epoch: number };

const quietly = (work: () => void): void => {
  try {
    work();
  } catch {
    // It is gone already.
  }
};

/** One session with the token, used by one operation at a time: PKCS#11 2.40 §5.2 allows no two in one session. */
export class TokenSession {
  readonly #settings: TokenSettings;
  readonly #module: Module;
  #session: Session | undefined;
  #epoch = 0;
  #refused: ChartsealError | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws ChartsealError `misconfigured`, naming the variable */
  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#module = useModule(settings.module);
    try {
      this.#open();
    } catch (error) {
      this.#module.release();
      throw asChartsealError(error);
    }
  }

  /** Runs an operation, once more in a new session should the old one be lost. `work` may so run twice. */
  run<T>(work: (session: Session) => T | Promise<T>): Promise<T> {
    const next = this.#last.then(() => this.#run(work));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#end();
    quietly(() => this.#module.release());
  }

  async #run<T>(work: (session: Session) => T | Promise<T>): Promise<T> {
    try {
      try {
        return await work(this.#session ?? this.#open());
      } catch (error) {
        if (!isLost(error)) throw error;
        this.#end();
        return await work(this.#open());
      }
    } catch (error) {
      if (isLost(error)) this.#end();
      throw asChartsealError(error);
    }
  }

  #open(): Session {
    // A token locks itself after a few wrong PINs: one is tried once.
    if (this.#refused !== undefined) throw this.#refused;
    const { pkcs11 } = this.#module;
    this.#module.initialize();
    const handle = pkcs11.C_OpenSession(this.#slot(), CKF.SERIAL_SESSION + CKF.RW_SESSION);
    try {
      this.#login(handle);
    } catch (error) {
      quietly(() => pkcs11.C_CloseSession(handle));
      throw error;
    }
    this.#epoch += 1;
    this.#session = { pkcs11, handle, epoch: this.#epoch };
    return this.#session;
  }

  #slot(): Handle {
    const { pkcs11 } = this.#module;
    const slots = pkcs11
      .C_GetSlotList(true)
      .filter((slot) => pkcs11.C_GetTokenInfo(slot).label.trimEnd() === this.#settings.tokenLabel);
    const [slot, another] = slots;
    if (slot !== undefined && another === undefined) return slot;
    if (slot === undefined && this.#epoch > 0)
      throw new ChartsealError('store-unavailable', 'the HSM’s token is away at the moment');
    throw new ChartsealError(
      'misconfigured',
      `PKCS11_TOKEN_LABEL names a token that the HSM of PKCS11_MODULE has ${slot === undefined ? 'not' : 'twice'}`,
    );
  }

  #login(session: Handle): void {
    try {
      this.#module.pkcs11.C_Login(session, CKU.USER, this.#settings.pin);
    } catch (error) {
      // The login is of the process, not of the session (PKCS#11 2.40 §5.6).
      if (codeOf(error) === 'CKR_USER_ALREADY_LOGGED_IN') return;
      if (isPinRefused(error)) this.#refused = asChartsealError(error);
      throw error;
    }
  }

  #end(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) quietly(() => session.pkcs11.C_CloseSession(session.handle));
  }
}
