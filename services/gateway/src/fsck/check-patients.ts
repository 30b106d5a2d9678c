import {
  DirectiveError,
  parseDirective,
  verifyCommitment,
  verifyPatientState,
  type PatientStateFault,
  type Registrar,
} from '@chartseal/consent';
import type { AcceptedDirective, PatientState } from '@chartseal/contracts';
import type { HeldDirective } from '@chartseal/ports';
import type { FsckEngines, InspectedHandle, PatientsOnLedger } from '../compose-fsck.ts';
import type { Report } from './finding.ts';

type Engines = Pick<FsckEngines, 'stores' | 'inspection' | 'ledger' | 'patientsOnLedger'>;

/**
 * Patients' signatures and terms ↔ the ledger's state of consent, of a ledger that can be believed: the same that decides when somebody asks for a
 * record, and besides what decides nothing any more. What looks wrong is looked at again with a newer ledger, since words come in meanwhile.
 * @returns how many handles there are
 */
export const checkPatients = async (engines: Engines, report: Report): Promise<number> => {
  if (engines.ledger.outcome === 'wrong') return 0;
  const registrars = await engines.stores.patients.registrars();
  const suspects: InspectedHandle[] = [];
  let count = 0;
  {
    await using onLedger = await engines.patientsOnLedger();
    for await (const handles of batches(engines.inspection.handles())) {
      count += handles.length;
      const faults = await Promise.all(
        handles.map(async (handle) => {
          const held = await engines.stores.patients.directives(handle.handle);
          return faultOf(handle, held, registrars, onLedger);
        }),
      );
      suspects.push(...handles.filter((_, at) => faults[at] !== undefined));
    }
  }
  if (suspects.length === 0) return count;
  const held = await Promise.all(suspects.map(({ handle }) => engines.stores.patients.directives(handle)));
  await using onLedger = await engines.patientsOnLedger();
  for (const [at, handle] of suspects.entries()) {
    const problem = await faultOf(handle, held[at] ?? [], registrars, onLedger);
    if (problem !== undefined) report({ place: `handle ${handle.handle}`, problem });
  }
  return count;
};

/** How many questions a shared ledger's peer answers at once without being in anybody's way. */
const atOnce = 16;

async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < atOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const problems: Readonly<Record<PatientStateFault, string>> = {
  enrolment: 'its enrolment is not what was signed',
  signature: 'a directive was not signed by a key that may sign it',
  'held-mismatch': 'what is kept beside a directive is not what was signed',
  'key-chain': 'its rotations of keys do not lead to the ledger’s key',
  'sequence-gap': 'nothing that was signed has a sequence that the ledger says is used',
  'sequence-reused': 'two directives have one sequence',
  'missing-directive': 'the ledger has a consent that nothing signed here accounts for',
  'ledger-mismatch': 'the ledger says another thing than was signed',
  'ledger-behind': 'the ledger lacks a sequence that it once committed',
  'missing-terms': 'the terms of a consent in force are not here',
  commitment: 'the terms of a consent are not those that were signed',
};

const faultOf = async (
  { handle, state, enrolmentJws }: InspectedHandle,
  held: readonly HeldDirective[],
  registrars: readonly Registrar[],
  onLedger: PatientsOnLedger,
): Promise<string | undefined> => {
  const ledger = await onLedger.patient(handle);
  if (ledger === undefined) return 'the ledger does not hold it';
  const { network } = onLedger;
  // A handle that was closed decides nothing, and its signatures are held to it all the same.
  const open = { ...ledger, status: 'open' } as const;
  const words = held.filter(({ operation }) => operation !== 'close');
  const verified = await verifyPatientState({ network, handle, enrolmentJws, held: words, ledger: open, registrars });
  const isOver = state === 'closed' || ledger.status === 'closed';
  const mayLackTerms = isOver && verified.outcome === 'fault' && verified.fault === 'missing-terms';
  if (verified.outcome === 'fault' && !mayLackTerms) return problems[verified.fault];
  const accepted = held.length === 0 ? [] : await onLedger.directives(handle);
  return wordsFault(held, accepted) ?? closingFault(held, ledger);
};

/** What the ledger took, by what it was told in the same words, in that transaction; and terms that decide nothing any more. */
const wordsFault = (held: readonly HeldDirective[], accepted: readonly AcceptedDirective[]): string | undefined => {
  const known = new Map(accepted.map((directive) => [directive.digest, directive]));
  for (const { digest, jws, ledger, operation, consentText, commitmentKey } of held) {
    if (jws === '') continue;
    const taken = known.get(digest);
    if (ledger.state === 'committed' && taken?.transactionId !== ledger.transactionId)
      return `a directive (${operation}) is not what the ledger holds`;
    if (consentText !== undefined && !isOfTerms(jws, consentText, commitmentKey)) return problems.commitment;
  }
  return undefined;
};

const isOfTerms = (jws: string, consentText: string, commitmentKey: Uint8Array | undefined): boolean => {
  try {
    const directive = parseDirective(jws);
    return (
      directive.operation === 'put' &&
      commitmentKey !== undefined &&
      verifyCommitment(commitmentKey, new TextEncoder().encode(consentText), directive.consentCommitment)
    );
  } catch (error) {
    if (error instanceof DirectiveError) return false;
    throw error;
  }
};

const closingFault = (held: readonly HeldDirective[], { status }: PatientState): string | undefined =>
  status === 'open' && held.some(({ operation, ledger }) => operation === 'close' && ledger.state === 'committed')
    ? 'it was closed, and the ledger says that it is open'
    : undefined;
