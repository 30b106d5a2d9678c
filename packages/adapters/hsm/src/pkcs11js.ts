import { createRequire } from 'node:module';
import { ChartsealError } from '@chartseal/ports';

/**
 * What we use of pkcs11js 2.1 (PKCS#11 2.40). Its own types are not there where it could not be built, and our code is checked there too.
 * Handles are only good in the session's process, and as long as the session lives.
 */
export type Handle = Buffer;
export type Attribute = { readonly type: number; readonly value?: Buffer | string | boolean | number };
export type Mechanism = { readonly mechanism: number; readonly parameter?: GcmParameter };
export type GcmParameter = {
  readonly type: number;
  readonly iv: Buffer;
  readonly ivBits: number;
  readonly aad: Buffer;
  readonly tagBits: number;
};

export interface Pkcs11 {
  load(path: string): void;
  C_Initialize(options: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_CloseAllSessions(slot: Handle): void;
  C_Login(session: Handle, user: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, most: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_GenerateKey(session: Handle, mechanism: Mechanism, template: readonly Attribute[]): Handle;
  C_GenerateKeyPair(
    session: Handle,
    mechanism: Mechanism,
    publicKey: readonly Attribute[],
    privateKey: readonly Attribute[],
  ): { readonly publicKey: Handle; readonly privateKey: Handle };
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, into: Buffer): Promise<Buffer>;
  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Encrypt(session: Handle, data: Buffer, into: Buffer): Buffer;
  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Decrypt(session: Handle, data: Buffer, into: Buffer): Buffer;
}

type Driver = { readonly PKCS11: new () => Pkcs11 };

/** @throws ChartsealError `misconfigured` where pkcs11js, which is compiled when it is installed, is not there */
export const newPkcs11 = (): Pkcs11 => {
  try {
    const load = createRequire(import.meta.url);
    return new (load('pkcs11js') as Driver).PKCS11();
  } catch (cause) {
    throw new ChartsealError(
      'misconfigured',
      'PKCS11_MODULE asks for an HSM, but the package pkcs11js could not be built here: install python3, make, g++ and Node’s headers, then run pnpm rebuild pkcs11js',
      {},
      { cause },
    );
  }
};
