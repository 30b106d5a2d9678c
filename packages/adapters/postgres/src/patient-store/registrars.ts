import type { HeldRegistrar } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

type RegistrarRow = {
  readonly x: string;
  readonly y: string;
  readonly registrar: string;
  readonly until_ms: string | null;
};

export const toRegistrar = ({ x, y, registrar, until_ms: until }: RegistrarRow): HeldRegistrar => ({
  registrar,
  publicKey: { kty: 'EC', crv: 'P-256', x, y },
  ...(until === null ? {} : { until: Number(until) }),
});

export const listRegistrars = async (queryable: Queryable): Promise<readonly HeldRegistrar[]> => {
  const text = 'select x, y, registrar, until_ms from registrar order by created';
  return (await queryable.query<RegistrarRow>({ name: 'registrars', text })).map(toRegistrar);
};

/** One that ended stays ended. */
export async function holdRegistrar(
  queryable: Queryable,
  { registrar, publicKey: { x, y } }: HeldRegistrar,
): Promise<void> {
  const text = 'insert into registrar (x, y, registrar) values ($1, $2, $3) on conflict do nothing';
  await queryable.query({ text, values: [x, y, registrar] });
}

export async function endRegistrar(queryable: Queryable, registrar: string, now: number): Promise<void> {
  const text = 'update registrar set until_ms = $2 where registrar = $1 and until_ms is null';
  await queryable.query({ text, values: [registrar, now] });
}
