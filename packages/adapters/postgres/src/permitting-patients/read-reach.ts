import { anyone, consentReach, reachGeneration, readConsent, type Reach } from '@chartseal/consent';
import { earliest, latest } from '@chartseal/fhir';
import { bigintArray, textArray } from '../database/binary-array.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';

/** A directive with the text of its consent. */
export type HeldConsent = {
  readonly position: string;
  readonly handle: string;
  readonly consent_id: string | null;
  readonly consent_text: string;
};

const atOnce = 500;

/** What is not understood permits nothing today; whoever comes to understand it need not read it again. */
const unknown: Reach = { organization: anyone, purpose: anyone, from: -Infinity, until: Infinity };

const reachOf = ({ handle, consent_id: consentId, consent_text: text }: HeldConsent): readonly Reach[] => {
  try {
    const read = readConsent(JSON.parse(text), { patient: handle, consentId: consentId ?? '' });
    return read.kind === 'terms' ? consentReach(read.terms) : [unknown];
  } catch (error) {
    if (error instanceof SyntaxError) return [unknown];
    throw error;
  }
};

const milliseconds = (time: number): number => Math.max(earliest, Math.min(latest, time));

/** A row of `consent_reach`. */
export type ReachRow = {
  readonly directive: number;
  readonly organization: string;
  readonly purpose: string;
  readonly from: number;
  readonly until: number;
};

export const reachRows = (directive: HeldConsent): readonly ReachRow[] =>
  reachOf(directive).map(({ from, until, ...reach }) => ({
    ...reach,
    directive: Number(directive.position),
    from: milliseconds(from),
    until: milliseconds(until),
  }));

/** Values for `reachValues`, in its order. */
export const reachColumns = (rows: readonly ReachRow[]): readonly Buffer[] => [
  textArray(rows.map(({ organization }) => organization)),
  textArray(rows.map(({ purpose }) => purpose)),
  bigintArray(rows.map(({ directive }) => directive)),
  bigintArray(rows.map(({ from }) => from)),
  bigintArray(rows.map(({ until }) => until)),
];

/** The rows that the first parameters hold, as `consent_reach` has them. */
export const reachValues = 'select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])';

async function readSome(transaction: Queryable): Promise<number> {
  const unread = await transaction.query<HeldConsent>({
    text: `select position, handle, consent_id, consent_text from directive
      where consent_text is not null and reach_generation < ${reachGeneration}
      order by position limit ${atOnce} for update skip locked`,
  });
  if (unread.length === 0) return 0;
  const found = unread.flatMap(reachRows);
  const directives = bigintArray(unread.map(({ position }) => Number(position)));
  await transaction.query({
    text: `delete from consent_reach where directive = any($1::bigint[])`,
    values: [directives],
  });
  await transaction.query({
    text: `insert into consent_reach (organization, purpose, directive, from_ms, until_ms) ${reachValues}`,
    values: [...reachColumns(found)],
  });
  await transaction.query({
    text: `update directive set reach_generation = ${reachGeneration} where position = any($1::bigint[])`,
    values: [directives],
  });
  return unread.length;
}

/** Reads the consents that nobody has read yet, or that an older release has. @throws ChartsealError `store-unavailable` */
export async function readReach(database: Database): Promise<void> {
  try {
    while ((await database.transaction(readSome)) > 0);
  } catch (error) {
    throw asChartsealError(error);
  }
}
