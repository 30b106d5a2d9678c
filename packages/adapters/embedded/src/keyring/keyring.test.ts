import { equal } from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyVaultSuite } from '@chartseal/ports/suites';
import { openKeyring } from './index.ts';

keyVaultSuite('keyring file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-test-'));
  const path = join(folder, 'keys', 'keyring');
  const reopen = (): ReturnType<typeof openKeyring> => openKeyring({ path });
  return {
    reopen,
    reopenExposed: async () => {
      equal((await stat(path)).mode & 0o777, 0o600);
      await chmod(path, 0o640);
      try {
        return await reopen();
      } finally {
        await chmod(path, 0o600);
      }
    },
    reopenDamaged: async () => {
      const text = await readFile(path, 'utf8');
      const middle = Math.floor(text.length / 2);
      await writeFile(path, `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`);
      return reopen();
    },
    close: () => rm(folder, { recursive: true }),
  };
});
