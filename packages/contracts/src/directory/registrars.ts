import type { Registrar } from '@chartseal/consent';
import type { Context } from 'fabric-contract-api';
import { closed, list, oneOf, text } from '../shape.ts';
import { emit, readState, writeState } from '../state.ts';
import { directoryId, type DirectoryEntry } from './entry.ts';

/** A key of a member's own people that attests what patients without a key have said (consent-semantics A6). */
export type RegistrarKey = {
  /** The member's own name for it, never a person's. */
  readonly registrar: string;
  /** P-256. */
  readonly publicKey: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
};

const coordinate = text(/^[A-Za-z0-9_-]{43}$/, 43);

export const registrarKeys = list(
  closed<RegistrarKey>({
    registrar: directoryId,
    publicKey: closed<RegistrarKey['publicKey']>({
      kty: oneOf('EC'),
      crv: oneOf('P-256'),
      x: coordinate,
      y: coordinate,
    }),
  }),
  64,
);

const registrarsKey = (id: string): string => `directory/registrars/${id}`;

/** Of a member; none where it named none. */
export const registrarsOf = async (ctx: Context, id: string): Promise<readonly (RegistrarKey & Registrar)[]> =>
  (await readState<readonly RegistrarKey[]>(ctx, registrarsKey(id))) ?? [];

/** Replaces them all. What a key that is missing from now on has signed stays accepted. */
export async function setRegistrars(
  ctx: Context,
  member: DirectoryEntry,
  registrars: readonly RegistrarKey[],
): Promise<readonly RegistrarKey[]> {
  const before = await registrarsOf(ctx, member.id);
  if (JSON.stringify(before) === JSON.stringify(registrars)) return before;
  await writeState(ctx, registrarsKey(member.id), registrars);
  emit(ctx, 'DirectoryChanged', { kind: 'registrars', id: member.id });
  return registrars;
}
