import { DatabaseError } from 'pg';
import { ChartsealError } from '@chartseal/ports';

/**
 * SQLSTATEs of https://www.postgresql.org/docs/current/errcodes-appendix.html; fewer characters name a class. 53: no room on the disk, no
 * memory, no connection left. 25006: a standby, which takes no writes. 57014, 55P03, 25P03: it took too long.
 */
const unavailable = ['08', '25006', '25P03', '53', '55P03', '57014', '57P', '58'] as const;

/** data_corrupted, index_corrupted: a page or a row that cannot be read. */
const corrupted: ReadonlySet<string> = new Set(['XX001', 'XX002']);

/**
 * What PostgreSQL or its driver said, as an error that may cross the port. Neither its message nor its detail goes along:
 * both can repeat values, which may be PHI.
 */
export function asChartsealError(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  if (!(error instanceof DatabaseError)) return new ChartsealError('store-unavailable', 'the store cannot be reached');
  const code = error.code ?? '';
  if (code === '22021') return new ChartsealError('malformed', 'text holds a character that cannot be stored');
  // It has been tried again and again by now.
  if (isTransient(error)) return new ChartsealError('conflict', 'others write the same records at the same time');
  if (corrupted.has(code))
    return new ChartsealError('corrupt', `the store cannot read its own data (SQLSTATE ${code})`);
  const kind = unavailable.some((prefix) => code.startsWith(prefix)) ? 'store-unavailable' : 'internal';
  return new ChartsealError(kind, `the store answered with SQLSTATE ${code}`);
}

/** Whether the connection broke, so that nobody knows what became of the statement under way. */
export const isConnectionLoss = (error: unknown): boolean =>
  !(error instanceof ChartsealError) &&
  (!(error instanceof DatabaseError) || ['57P01', '57P02', '57P03'].includes(error.code ?? ''));

/** The driver's own time-out: the server says nothing any more. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** Whether the connection serves no more: it broke, or it leads to a server that became a standby while another took over. */
export const isUseless = (error: unknown): boolean =>
  isConnectionLoss(error) || (error instanceof DatabaseError && ['25006', '25P03'].includes(error.code ?? ''));

/** serialization_failure, deadlock_detected: the same again may succeed. */
export const isTransient = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');

export const isUniqueViolation = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && error.code === '23505';

/** insufficient_privilege: the role may not do this. */
export const isForbidden = (error: unknown): boolean => error instanceof DatabaseError && error.code === '42501';
