/** What tests do to an HSM behind its user’s back, in the same process. */
import { isKind } from '@chartseal/ports';
import { codeOf } from '../pkcs11-error.ts';
import { newPkcs11, type Pkcs11 } from '../pkcs11js.ts';

/** Why the driver is not there; undefined if it is. */
export const driverLack = (): string | undefined => {
  try {
    newPkcs11();
    return undefined;
  } catch (error) {
    if (isKind(error, 'misconfigured')) return error.message;
    throw error;
  }
};

const library = (module: string): Pkcs11 => {
  const pkcs11 = newPkcs11();
  pkcs11.load(module);
  return pkcs11;
};

/** Every session of this process ends, and every login. */
export const loseSessions = (module: string): void => {
  const pkcs11 = library(module);
  for (const slot of pkcs11.C_GetSlotList(true)) pkcs11.C_CloseAllSessions(slot);
};

/** The library forgets this process. */
export const loseLibrary = (module: string): void => library(module).C_Finalize();

/** What reading a secret attribute of each object answers: `CKR_…`. */
export const readSecrets = (module: string, tokenLabel: string, pin: string): readonly string[] => {
  const pkcs11 = library(module);
  const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trimEnd() === tokenLabel);
  if (slot === undefined) throw new Error('there is no such token');
  const session = pkcs11.C_OpenSession(slot, 0x6);
  try {
    pkcs11.C_Login(session, 1, pin);
  } catch {
    // Already.
  }
  const found = [3, 4].flatMap((kind) => {
    pkcs11.C_FindObjectsInit(session, [{ type: 0, value: kind }]);
    const objects = pkcs11.C_FindObjects(session, 100);
    pkcs11.C_FindObjectsFinal(session);
    return objects;
  });
  const answers = found.map((object) => {
    try {
      // CKA_VALUE
      pkcs11.C_GetAttributeValue(session, object, [{ type: 0x11 }]);
      return 'readable';
    } catch (error) {
      return codeOf(error);
    }
  });
  pkcs11.C_CloseSession(session);
  return answers;
};
