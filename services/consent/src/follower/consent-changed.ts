import type { ContractEvent } from '@chartseal/ports';
import { z } from 'zod';

/** What the consent contract's event says. A colluding majority of members can write anything here. */
export type ConsentChange = {
  readonly patient: string;
  readonly kind: string;
  readonly consentId?: string | undefined;
  readonly sequence?: number | undefined;
};

/** What a directive does that the patient, or who may sign for the patient, signed. */
const signedKinds = ['put', 'revoke', 'rotate-key', 'appoint-proxy', 'dismiss-proxy', 'freeze', 'unfreeze'] as const;

const shape = z.object({
  patient: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
  kind: z.enum(['enrol', ...signedKinds, 'custodian-freeze', 'custodian-unfreeze', 'close']),
  consentId: z.uuid().optional(),
  sequence: z.int().min(1).optional(),
});

/** Undefined for any other event, and for one that cannot be read. */
export const readConsentChanged = ({ contract, name, payload }: ContractEvent): ConsentChange | undefined => {
  if (contract !== 'consent' || name !== 'ConsentChanged') return undefined;
  try {
    return shape.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
};

const signed: ReadonlySet<string> = new Set(signedKinds);

/** Whether the patient's own word made the change. */
export const isSigned = ({ kind }: ConsentChange): boolean => signed.has(kind);
