import { randomBytes } from 'node:crypto';
import { ChartsealError } from '@chartseal/ports';
import { aesGcmParameters, CKA, CKM, CKO } from './cryptoki.ts';
import { findObjects, keyAttributes } from './key-pair.ts';
import type { Handle, Mechanism } from './pkcs11js.ts';
import type { Session } from './token-session.ts';

const name = 'keyring';
const ivBytes = 12;
const tagBytes = 16;

/** The token’s key that seals what the token cannot hold. */
export const findSealingKey = (session: Session): Handle | undefined => {
  const [key, another] = findObjects(session, CKO.SECRET_KEY, name);
  if (another === undefined) return key;
  throw new ChartsealError('corrupt', 'the token holds more than one key that seals the keyring');
};

export const generateSealingKey = ({ pkcs11, handle }: Session): Handle =>
  pkcs11.C_GenerateKey(handle, { mechanism: CKM.AES_KEY_GEN }, [
    ...keyAttributes(name),
    { type: CKA.VALUE_LEN, value: 32 },
    { type: CKA.ENCRYPT, value: true },
    { type: CKA.DECRYPT, value: true },
  ]);

/** AES-256-GCM with the entry’s name as associated data: who can write the file cannot swap one key for another. */
const mechanism = (entry: string, iv: Buffer): Mechanism => ({
  mechanism: CKM.AES_GCM,
  parameter: {
    type: aesGcmParameters,
    iv,
    ivBits: 8 * ivBytes,
    aad: Buffer.from(`chartseal-hsm/v1 ${entry}`),
    tagBits: 8 * tagBytes,
  },
});

/** IV ‖ ciphertext ‖ tag, base64. */
export const seal = ({ pkcs11, handle }: Session, key: Handle, entry: string, plain: Buffer): string => {
  const iv = randomBytes(ivBytes);
  pkcs11.C_EncryptInit(handle, mechanism(entry, iv), key);
  const sealed = pkcs11.C_Encrypt(handle, plain, Buffer.alloc(plain.length + tagBytes));
  return Buffer.concat([iv, sealed]).toString('base64');
};

/** HSMs disagree on the error for a tag that does not match, so any that is no lost session counts as damage to who calls this. */
export const unseal = ({ pkcs11, handle }: Session, key: Handle, entry: string, sealed: string): Buffer => {
  const bytes = Buffer.from(sealed, 'base64');
  pkcs11.C_DecryptInit(handle, mechanism(entry, bytes.subarray(0, ivBytes)), key);
  return pkcs11.C_Decrypt(handle, bytes.subarray(ivBytes), Buffer.alloc(bytes.length));
};
