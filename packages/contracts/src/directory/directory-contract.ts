import { Contract } from '../fabric-contract.ts';
import type { Context } from 'fabric-contract-api';
import { contractApi } from '../api/contract-api.ts';
import type { ContractApi } from '../api/contract-api.ts';
import { canonicalJson } from '../canonical-json.ts';
import { contentHash } from '../content-hash.ts';
import { refuse } from '../refusal.ts';
import { list, readArgument, some, text } from '../shape.ts';
import { emit, readState } from '../state.ts';
import { approve, proposalKey } from './approval.ts';
import type { ProposalState } from './approval.ts';
import { activeMember, findEntry, findEntryByMsp, foundedNetwork, listEntries, writeEntry } from './directory-state.ts';
import type { Network } from './directory-state.ts';
import { ownMembers } from './entry.ts';
import type { DirectoryEntry } from './entry.ts';
import { approveFounding, foundingDocument } from './founding.ts';
import type { FoundingState } from './founding.ts';
import type { NetworkPolicy } from './policy.ts';
import { directoryProposal } from './proposal.ts';
import { registrarKeys, registrarsOf, setRegistrars } from './registrars.ts';
import type { RegistrarKey } from './registrars.ts';

/** ASCII, as all keys are. */
const stateKeys = list(text(/^[!-~]+$/, 512), 64);

type OwnMembers = Pick<DirectoryEntry, 'jwks' | 'fhirBaseUrl' | 'tokenUrl' | 'consentBaseUrl' | 'witnessUrl'>;

/**
 * Who takes part, under which keys, and what the network agreed (DESIGN §6 Authorisation). Event: `DirectoryChanged`
 * { kind, id?, revision? }. Every method is a transaction: helpers stay outside the class, or Fabric would offer them.
 */
export class DirectoryContract extends Contract {
  constructor() {
    super('directory');
  }

  /** Approves a founding document (`FoundingDocument` as JSON) for the caller. Refuses: malformed, not-member, already-founded, duplicate. */
  async Found(ctx: Context, documentJson: string): Promise<FoundingState> {
    return approveFounding(ctx, readArgument(documentJson, foundingDocument));
  }

  /** Proposes a change (`DirectoryProposal` as JSON) and approves it for the caller. Refuses: malformed, not-member, suspended, stale, not-found, duplicate. */
  async Propose(ctx: Context, proposalJson: string): Promise<ProposalState> {
    await activeMember(ctx);
    const proposal = readArgument(proposalJson, directoryProposal);
    const hash = contentHash(proposal);
    const known = await readState<ProposalState>(ctx, proposalKey(hash));
    return approve(ctx, known ?? { hash, proposal, approvals: [], status: 'open' });
  }

  /** Approves a proposal by its hash for the caller. Refuses: not-member, suspended, not-found, stale, duplicate. */
  async Approve(ctx: Context, proposalHash: string): Promise<ProposalState> {
    await activeMember(ctx);
    return approve(ctx, await this.Proposal(ctx, proposalHash));
  }

  /** Changes the caller's own keys and URLs. Refuses: malformed, not-member, suspended. */
  async UpdateOwn(ctx: Context, patchJson: string): Promise<DirectoryEntry> {
    const before = await activeMember(ctx);
    const after = { ...before, ...readArgument(patchJson, some<OwnMembers>(ownMembers)) };
    if (canonicalJson(after) === canonicalJson(before)) return before;
    await writeEntry(ctx, after);
    emit(ctx, 'DirectoryChanged', { kind: 'own', id: after.id });
    return after;
  }

  /** Replaces the caller's registrars' keys (`RegistrarKey[]` as JSON). Refuses: malformed, not-member, suspended. */
  async SetRegistrars(ctx: Context, registrarsJson: string): Promise<readonly RegistrarKey[]> {
    return setRegistrars(ctx, await activeMember(ctx), readArgument(registrarsJson, registrarKeys));
  }

  /** A member's registrars' keys; none where it named none. */
  async Registrars(ctx: Context, id: string): Promise<readonly RegistrarKey[]> {
    return registrarsOf(ctx, id);
  }

  async Get(ctx: Context, id: string): Promise<DirectoryEntry> {
    return (await findEntry(ctx, id)) ?? refuse('not-found');
  }

  async GetByMsp(ctx: Context, mspId: string): Promise<DirectoryEntry> {
    return (await findEntryByMsp(ctx, mspId)) ?? refuse('not-found');
  }

  /** Every entry, suspended ones too, by id. */
  async List(ctx: Context): Promise<readonly DirectoryEntry[]> {
    return listEntries(ctx);
  }

  async Policy(ctx: Context): Promise<NetworkPolicy> {
    return (await foundedNetwork(ctx)).policy;
  }

  /** Network id, policy and the revision that a proposal must name. */
  async Network(ctx: Context): Promise<Network> {
    return foundedNetwork(ctx);
  }

  /** Which gateways these contracts serve: what a gateway asks first, of a network that is not founded too. */
  async ApiVersion(_ctx: Context): Promise<ContractApi> {
    return contractApi;
  }

  /**
   * What the world state holds under these keys (a JSON array of at most 64), as text, null where it holds nothing: endorsed and not
   * submitted, the members' own word that a transaction took effect. Refuses: malformed.
   */
  async States(ctx: Context, keysJson: string): Promise<readonly (string | null)[]> {
    const keys = readArgument(keysJson, stateKeys);
    const values = await Promise.all(keys.map((key) => ctx.stub.getState(key)));
    return values.map((value) => (value.length === 0 ? null : new TextDecoder().decode(value)));
  }

  async Proposal(ctx: Context, proposalHash: string): Promise<ProposalState> {
    return (await readState<ProposalState>(ctx, proposalKey(proposalHash))) ?? refuse('not-found');
  }
}
