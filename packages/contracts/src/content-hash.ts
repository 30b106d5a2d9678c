import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** Hex SHA-256 of the canonical JSON: what several organisations approve when they approve "the same". */
export const contentHash = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
