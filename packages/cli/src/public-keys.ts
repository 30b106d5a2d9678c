import { CliError } from './cli-error.ts';
import { readJsonFile } from './json-file.ts';

type PublicKey = Readonly<Record<string, string>> & { readonly kty: string; readonly kid: string };
type Jwks = { readonly keys: readonly PublicKey[] };

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * A JWK Set of public keys.
 * @throws CliError, also for a set that holds a private key
 */
export const readPublicKeys = async (path: string): Promise<Jwks> => {
  const set = await readJsonFile(path);
  const keys = typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys) ? set.keys : [];
  if (keys.length === 0 || !keys.every(isKey))
    throw new CliError(`${path} is not a JWK Set whose keys each have kty and kid; write { "keys": [ … ] }`);
  if (keys.some((key) => privateMembers.some((member) => Object.hasOwn(key, member))))
    throw new CliError(`${path} holds a private key; give the public half alone, and count that key as exposed`);
  return { keys };
};

const isKey = (key: unknown): key is PublicKey =>
  typeof key === 'object' &&
  key !== null &&
  'kty' in key &&
  'kid' in key &&
  typeof key.kty === 'string' &&
  typeof key.kid === 'string';
