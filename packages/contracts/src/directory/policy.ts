import { closed, flag, oneOf, record, text } from '../shape.ts';
import { purpose } from './entry.ts';

/** What the members agreed for the network. */
export type NetworkPolicy = {
  /** What holds for a purpose when no consent says anything (consent-semantics B1); a purpose not named: deny. */
  readonly implicit: Readonly<Record<string, 'deny' | 'permit'>>;
  /** Whether directives attested by a registrar count (consent-semantics A6). */
  readonly attested: boolean;
};

export const networkPolicy = closed<NetworkPolicy>({
  implicit: record(purpose, oneOf('deny', 'permit'), 64),
  attested: flag,
});

/** Hex SHA-256 of the ledger's genesis block. */
export const networkId = text(/^[0-9a-f]{64}$/, 64);
