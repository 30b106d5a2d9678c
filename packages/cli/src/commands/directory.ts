import type { Env } from '@chartseal/server';
import type { Directory, DirectoryChange } from '@chartseal/service-gateway';
import { Command } from 'commander';
import { readJsonFile } from '../json-file.ts';
import { readOperation } from '../operation.ts';
import { readPublicKeys } from '../public-keys.ts';

type Entry = Awaited<ReturnType<Directory['entry']>>;
type Document = ReturnType<Directory['foundingDocument']>;
type Run = <T>(work: (directory: Directory) => Promise<T>) => Promise<void>;

/** Each prints what came of it as JSON. */
export const directoryCommand = (env: Env): Command => {
  /** Files are read before: nothing is opened for what cannot be sent. */
  const run: Run = async (work) => {
    const { openDirectory } = await import('@chartseal/service-gateway');
    await using directory = await openDirectory(await readOperation(env, '.data'));
    console.log(JSON.stringify(await work(directory), null, 2));
  };
  return new Command('directory')
    .description('the organisations on the ledger: founding, changes and their approval')
    .addCommand(entryCommand(run))
    .addCommand(documentCommand(run))
    .addCommand(foundCommand(run))
    .addCommand(proposeCommand(run))
    .addCommand(approveCommand(run))
    .addCommand(updateCommand(run))
    .addCommand(
      new Command('list').description('all organisations').action(() => run((directory) => directory.list())),
    );
};

type EntryOptions = {
  readonly name: string;
  readonly jwks: string;
  readonly purposes: readonly string[];
  readonly parent?: string;
  readonly breakGlass?: true;
};

const entryCommand = (run: Run): Command =>
  new Command('entry')
    .description('this hospital’s entry, made of its configuration and its keys, to be given to the others')
    .requiredOption('--name <name>', 'for people')
    .requiredOption('--jwks <file>', 'public keys of its systems that ask other hospitals, as a JWK Set')
    .requiredOption('--purposes <codes...>', 'what it may ask for: TREAT, HPAYMT, …')
    .option('--parent <id>', 'the organisation that it is a part of')
    .option('--break-glass', 'that it may ask in an emergency without a permit')
    .action(async ({ name, jwks, purposes, parent, breakGlass }: EntryOptions) => {
      const { keys } = await readPublicKeys(jwks);
      const wishes = { name, keys, purposes, parent: parent ?? null, breakGlass: breakGlass ?? false };
      await run((directory) => directory.entry(wishes));
    });

type DocumentOptions = { readonly permit?: readonly string[]; readonly attested?: true };

const documentCommand = (run: Run): Command =>
  new Command('document')
    .description('the founding document of these entries, for every founder to approve')
    .argument('<entries...>', 'files of the founders’ entries')
    .option('--permit <codes...>', 'purposes for which a patient’s silence permits; for all others it denies')
    .option('--attested', 'that registrars may sign for patients who have no key')
    .action(async (paths: readonly string[], { permit = [], attested }: DocumentOptions) => {
      const members = (await Promise.all(paths.map(readJsonFile))) as readonly Entry[];
      const purposes = [...new Set(members.flatMap((member) => member.purposes))].toSorted();
      const implicit = Object.fromEntries(
        purposes.map((purpose) => [purpose, permit.includes(purpose) ? ('permit' as const) : ('deny' as const)]),
      );
      const policy = { implicit, attested: attested ?? false };
      await run(async (directory) => directory.foundingDocument(members, policy));
    });

const foundCommand = (run: Run): Command =>
  new Command('found')
    .description('approves a founding document; it holds once each founder has')
    .argument('<document>', 'the file, the same for all')
    .action(async (path: string) => {
      const document = (await readJsonFile(path)) as Document;
      await run((directory) => directory.found(document));
    });

const proposeCommand = (run: Run): Command =>
  new Command('propose')
    .description('proposes a change (admit, amend, suspend, reinstate, policy) and approves it')
    .argument('<change>', 'its file: { "kind": "admit", "entry": … } and so on')
    .action(async (path: string) => {
      const change = (await readJsonFile(path)) as DirectoryChange;
      await run((directory) => directory.propose(change));
    });

const approveCommand = (run: Run): Command =>
  new Command('approve')
    .description('approves a proposal; without --yes it is shown alone')
    .argument('<hash>', 'the proposal’s')
    .option('--yes', 'after reading it')
    .action(async (hash: string, { yes }: { readonly yes?: true }) => {
      await run((directory) => (yes === true ? directory.approve(hash) : directory.proposal(hash)));
    });

const updateCommand = (run: Run): Command =>
  new Command('update')
    .description('brings this hospital’s addresses on the ledger up to its configuration')
    .option('--jwks <file>', 'new public keys of its systems')
    .action(async ({ jwks }: { readonly jwks?: string }) => {
      const keys = jwks === undefined ? undefined : (await readPublicKeys(jwks)).keys;
      await run((directory) => directory.updateOwn(keys));
    });
