import { ChartsealError } from '@chartseal/ports';
import type { NamedRecord, RestfulInteraction } from '../audit/access-event.ts';
import { writeAccess } from '../audit/write-access.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Interaction, ReadRequest } from './interaction.ts';
import { isId } from './named-record.ts';

/**
 * Law 6: what a token alone forbids was asked for by name all the same, and that is told. Nothing is looked up for it, so it is
 * told the same whether it is there or not.
 * @returns the error itself, once the trail is durable
 */
export const auditedRefusal = async (
  deps: QueryDependencies,
  { principal, interaction, requestId }: ReadRequest,
  error: unknown,
): Promise<unknown> => {
  const asked = askedByName(interaction);
  if (!(error instanceof ChartsealError) || error.kind !== 'forbidden' || asked === undefined) return error;
  await writeAccess(deps, [{ kind: 'refusal', ...asked, decision: undefined, because: 'forbidden' }], {
    principal,
    custodian: deps.organization,
    network: deps.network,
    height: deps.ledgerView.height,
    recorded: new Date(deps.clock.wallMs()),
    requestId,
  });
  return error;
};

type Asked = { readonly interaction: RestfulInteraction; readonly named: NamedRecord | undefined };

/** Undefined for what names nothing: searches, and what tells of a whole type. A handle is no name that the audit keeps. */
const askedByName = (interaction: Interaction): Asked | undefined => {
  switch (interaction.kind) {
    case 'search':
    case 'history':
    case 'everything-of-all':
    case 'lastn':
    case 'match':
    case 'explain':
    case 'meta-of-all':
      return undefined;
    case 'record-by-handle':
      return { interaction: 'read', named: undefined };
    case 'decision-receipt':
      return { interaction: 'operation', named: undefined };
    case 'everything':
    case 'accounting':
      return { interaction: 'operation', named: nameOf('Patient', interaction.id) };
    case 'proof':
    case 'meta':
      return { interaction: 'operation', named: nameOf(interaction.resourceType, interaction.id) };
    case 'read':
    case 'vread':
    case 'history-instance':
      break;
  }
  return { interaction: interaction.kind, named: nameOf(interaction.resourceType, interaction.id) };
};

const nameOf = (resourceType: string, id: string): NamedRecord | undefined =>
  isId(id) ? { resourceType, id } : undefined;
