import type {
  DirectoryEntry,
  DirectoryProposal,
  FoundingDocument,
  FoundingState,
  Network,
  ProposalState,
} from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';
import { ownEntry, type EntryPlace, type EntryWishes } from './own-entry.ts';

type Change<T> = T extends unknown ? Omit<T, 'revision'> : never;
/** A proposal as its author writes it: which revision of the directory it is about is read from the ledger. */
export type DirectoryChange = Change<DirectoryProposal>;

/** What a hospital does with the directory on the ledger, under its own identity. Errors are the ledger's. */
export type Directory = {
  entry(wishes: EntryWishes): Promise<DirectoryEntry>;
  /** The document that every founder has to approve, each on its own ledger connection. */
  foundingDocument(members: readonly DirectoryEntry[], policy: FoundingDocument['policy']): FoundingDocument;
  found(document: FoundingDocument): Promise<FoundingState>;
  list(): Promise<readonly DirectoryEntry[]>;
  propose(change: DirectoryChange): Promise<ProposalState>;
  proposal(hash: string): Promise<ProposalState>;
  approve(hash: string): Promise<ProposalState>;
  /** Brings what a member changes alone up to its configuration: addresses, and keys where they are given. */
  updateOwn(keys: EntryWishes['keys'] | undefined): Promise<DirectoryEntry>;
};

export const directoryOn = (ledger: Ledger, place: EntryPlace): Directory => {
  const submit = async <T>(transaction: string, argument: string): Promise<T> =>
    JSON.parse((await ledger.submit({ contract: 'directory', transaction, args: [argument] })).result) as T;
  const evaluate = async <T>(transaction: string, ...args: readonly string[]): Promise<T> =>
    JSON.parse(await ledger.evaluate({ contract: 'directory', transaction, args })) as T;
  return {
    entry: (wishes) => ownEntry(place, wishes),
    foundingDocument: (members, policy) => ({ network: ledger.network, members, policy }),
    found: (document) => submit('Found', JSON.stringify(document)),
    list: () => evaluate('List'),
    propose: async (change) => {
      const { revision } = await evaluate<Network>('Network');
      return submit('Propose', JSON.stringify({ ...change, revision }));
    },
    proposal: (hash) => evaluate('Proposal', hash),
    approve: (hash) => submit('Approve', hash),
    updateOwn: async (keys) => {
      const before = await evaluate<DirectoryEntry>('Get', place.organization);
      const wishes = { ...before, keys: keys ?? before.jwks.keys };
      const { jwks, fhirBaseUrl, tokenUrl, consentBaseUrl, witnessUrl } = await ownEntry(place, wishes);
      return submit('UpdateOwn', JSON.stringify({ jwks, fhirBaseUrl, tokenUrl, consentBaseUrl, witnessUrl }));
    },
  };
};
