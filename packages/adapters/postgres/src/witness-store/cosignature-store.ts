import type { Cosignature, CosignatureStore, LogName } from '@chartseal/ports';
import type { Database } from '../database/database.ts';

type Row = {
  readonly log: LogName;
  readonly tree_size: string;
  readonly root_hash: string;
  readonly witness: string;
  readonly line: string;
};

type PinRow = { readonly organization: string; readonly witness_url: string; readonly verifier_key: string };

const toCosignature = (row: Row): Cosignature => ({
  log: row.log,
  treeSize: Number(row.tree_size),
  rootHash: row.root_hash,
  witness: row.witness,
  line: row.line,
});

/** On tables. */
export const postgresCosignatureStore = (database: Database): CosignatureStore => {
  const pinned: CosignatureStore['pinned'] = async (organization, witnessUrl) => {
    const text = 'select verifier_key from witness_key where organization = $1 and witness_url = $2';
    const [row] = await database.read<{ verifier_key: string }>({ text, values: [organization, witnessUrl] });
    return row?.verifier_key;
  };
  return {
    add: async ({ log, treeSize, rootHash, witness, line }) => {
      await database.write({
        text: `insert into cosignature (log, tree_size, root_hash, witness, line) values ($1, $2, $3, $4, $5)
          on conflict (log, tree_size, root_hash, witness) do update set line = $5`,
        values: [log, treeSize, rootHash, witness, line],
      });
    },

    of: async ({ log, treeSize, rootHash }) => {
      const rows = await database.read<Row>({
        name: 'cosignatures-of',
        text: `select * from cosignature where log = $1 and tree_size = $2 and root_hash = $3
          order by witness collate "C"`,
        values: [log, treeSize, rootHash],
      });
      return rows.map(toCosignature);
    },

    forget: async (log, below) => {
      const text = 'delete from cosignature where log = $1 and tree_size < $2';
      await database.write({ text, values: [log, below] });
    },

    pinned,

    pin: async (organization, witnessUrl, verifierKey) => {
      const text = `insert into witness_key (organization, witness_url, verifier_key) values ($1, $2, $3)
        on conflict do nothing`;
      await database.write({ text, values: [organization, witnessUrl, verifierKey] });
      return (await pinned(organization, witnessUrl)) ?? verifierKey;
    },

    held: async () => {
      const text = 'select * from cosignature order by log, tree_size, witness collate "C"';
      return (await database.read<Row>({ text })).map(toCosignature);
    },

    pins: async () => {
      const text = 'select * from witness_key order by organization collate "C", witness_url collate "C"';
      const rows = await database.read<PinRow>({ text });
      return rows.map((row) => ({
        organization: row.organization,
        witnessUrl: row.witness_url,
        verifierKey: row.verifier_key,
      }));
    },
  };
};
