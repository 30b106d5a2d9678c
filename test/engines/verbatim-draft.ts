import { randomBytes } from 'node:crypto';
import type { Draft } from '@chartseal/ports';

/** A record whose content is exactly this text, whatever it is. */
export const verbatimDraft = (
  { resourceType, id, patients = [] }: Pick<Draft, 'resourceType' | 'id'> & { readonly patients?: readonly string[] },
  content: string,
): Draft => ({
  resourceType,
  id,
  kind: 'content',
  seal: ({ versionId, handle }) => ({
    content,
    commitmentKey: new Uint8Array(randomBytes(32)),
    commitment: new Uint8Array(randomBytes(32)),
    log: 'records',
    index: [],
    patients,
    references: [],
    events: [{ topic: 'chartseal.record.accepted.v1', key: handle, value: String(versionId) }],
  }),
});
