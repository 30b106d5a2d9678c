/** The key vault on an HSM: SoftHSM2, through PKCS#11. */
import { equal, match, notDeepEqual, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type HsmSettings, openHsm } from '@chartseal/hsm';
import { loseLibrary, loseSessions, readSecrets } from '@chartseal/hsm/testing';
import { isKind, type KeyVault } from '@chartseal/ports';
import { keyVaultSuite } from '@chartseal/ports/suites';
import { skipWithout } from './available.ts';
import { NativeEngine } from './native-engine.ts';

const skip = skipWithout('softhsm');
const program = fileURLToPath(new URL('hsm-process.ts', import.meta.url));

let made = 0;
type Token = { readonly engine: NativeEngine; readonly settings: HsmSettings };

/** A library reads its configuration once for a process: the tokens of a file of tests are used one after the other. */
const openToken = async (): Promise<Token> => {
  made += 1;
  const engine = new NativeEngine('softhsm', `test-${process.pid}-${made}`, {});
  await engine.up();
  const env = await engine.environment();
  process.env['SOFTHSM2_CONF'] = env['SOFTHSM2_CONF'];
  const settings = {
    module: env['PKCS11_MODULE'] ?? '',
    tokenLabel: env['PKCS11_TOKEN_LABEL'] ?? '',
    pin: readFileSync(env['PKCS11_PIN_FILE'] ?? '', 'utf8').trim(),
    keyringFile: env['PKCS11_KEYRING_FILE'] ?? '',
  };
  return { engine, settings };
};

if (skip === false)
  keyVaultSuite('HSM (SoftHSM2)', async () => {
    const { engine, settings } = await openToken();
    const { keyringFile } = settings;
    const stack = new AsyncDisposableStack();
    const reopen = async (): Promise<KeyVault> => stack.use(await openHsm(settings));
    return {
      reopen,
      reopenExposed: async () => {
        equal((await stat(keyringFile)).mode & 0o777, 0o600);
        await chmod(keyringFile, 0o640);
        try {
          return await reopen();
        } finally {
          await chmod(keyringFile, 0o600);
        }
      },
      reopenDamaged: async () => {
        const content = await readFile(keyringFile, 'utf8');
        const middle = Math.floor(content.length / 2);
        const other = content[middle] === 'A' ? 'B' : 'A';
        await writeFile(keyringFile, `${content.slice(0, middle)}${other}${content.slice(middle + 1)}`);
        return reopen();
      },
      close: async () => {
        await stack.disposeAsync();
        await engine[Symbol.asyncDispose]();
      },
    };
  });

describe('an HSM', { skip }, () => {
  let token: Token;
  before(async () => {
    token = await openToken();
  });
  after(() => token.engine[Symbol.asyncDispose]());

  const data = new TextEncoder().encode('what is signed');
  const isSigned = async (vault: KeyVault): Promise<boolean> => {
    const signer = await vault.signer('ledger-identity', 'ES256');
    const key = createPublicKey({ key: Buffer.from(signer.publicKey), type: 'spki', format: 'der' });
    return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, await signer.sign(data));
  };

  it('keeps its keys: none can be read out, and the file says nothing', async () => {
    await using vault = await openHsm(token.settings);
    ok(await isSigned(vault));
    const secret = Buffer.from(await vault.secret('cache'));
    const jwk = await vault.privateJwk('token-signing', 'ES384');
    const { module, tokenLabel, pin, keyringFile } = token.settings;
    const answers = readSecrets(module, tokenLabel, pin);
    equal(answers.length, 2);
    for (const answer of answers) match(answer, /^CKR_ATTRIBUTE_(SENSITIVE|TYPE_INVALID)$/);
    const file = await readFile(keyringFile, 'utf8');
    for (const hidden of [secret.toString('base64'), secret.toString('hex'), String(jwk['d']), pin])
      ok(!file.includes(hidden));
  });

  for (const [what, lose] of [
    ['its sessions', loseSessions],
    ['its library', loseLibrary],
  ] as const)
    it(`goes on by itself when it has lost ${what}`, async () => {
      await using vault = await openHsm(token.settings);
      ok(await isSigned(vault));
      lose(token.settings.module);
      ok(await isSigned(vault));
      lose(token.settings.module);
      equal((await vault.privateJwk('client:late', 'ES256')).alg, 'ES256');
    });

  it('signs for many at once', async () => {
    await using vault = await openHsm(token.settings);
    ok((await Promise.all(Array.from({ length: 50 }, () => isSigned(vault)))).every(Boolean));
  });

  it('gives processes that start together the same keys', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => inProcess(token.settings, 'fresh')));
    equal(new Set(answers).size, 1);
    match(answers[0] ?? '', /^\{"signer":/);
    equal(await inProcess(token.settings, 'fresh'), answers[0]);
  });

  it('does not take an entry for another', async () => {
    const { keyringFile } = token.settings;
    await using vault = await openHsm(token.settings);
    const [cache, pages] = [await vault.secret('cache'), await vault.secret('page-tokens')];
    notDeepEqual(cache, pages);
    const answer = await inProcess({ ...token.settings, keyringFile: await swapped(keyringFile) }, 'fresh');
    match(answer, /^corrupt: the keyring of PKCS11_KEYRING_FILE/);
  });

  const wrongs = [
    ['a wrong PIN', { pin: '000000000000' }, /^misconfigured: .*PKCS11_PIN_FILE/],
    ['a token that is not there', { tokenLabel: 'other' }, /^misconfigured: PKCS11_TOKEN_LABEL/],
    ['a library that is not there', { module: '/nowhere/hsm.so' }, /^misconfigured: PKCS11_MODULE/],
    ['a file that is no library', { module: program }, /^misconfigured: PKCS11_MODULE/],
  ] as const;
  for (const [what, wrong, says] of wrongs)
    it(`says what is wrong, and never the PIN: ${what}`, async () => {
      const answer = await inProcess({ ...token.settings, ...wrong }, 'fresh');
      match(answer, says);
      ok(!answer.includes(token.settings.pin) && !answer.includes('000000000000'));
    });

  it('law 4: refuses a token that is another one under the same name, and makes no new keys', async () => {
    await using vault = await openHsm(token.settings);
    const { publicKey } = await vault.signer('record-log', 'Ed25519');
    await vault[Symbol.asyncDispose]();
    const other = await openToken();
    try {
      const { keyringFile } = token.settings;
      await using stranger = await openHsm({ ...other.settings, keyringFile });
      await rejects(stranger.signer('record-log', 'Ed25519'), (error) => isKind(error, 'corrupt'));
      await rejects(stranger.secret('cache'), (error) => isKind(error, 'corrupt'));
      const fresh = await stranger.signer('access-log', 'Ed25519');
      notDeepEqual(fresh.publicKey, publicKey);
    } finally {
      await other.engine[Symbol.asyncDispose]();
    }
  });
});

/** What another process with its own library gets: keys of the name, or why not. */
const inProcess = async (settings: HsmSettings, name: string): Promise<string> => {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ settings, name }));
  return (await text(child.stdout)).trim();
};

/** The keyring with two entries in each other’s place, and a checksum that is right. */
const swapped = async (path: string): Promise<string> => {
  const [head = '', , body = ''] = (await readFile(path, 'utf8')).split('\n');
  const keyring = JSON.parse(body) as { sealed: Record<string, string> };
  const { 'secret cache': cache = '', 'secret page-tokens': pages = '' } = keyring.sealed;
  Object.assign(keyring.sealed, { 'secret cache': pages, 'secret page-tokens': cache });
  const changed = JSON.stringify(keyring);
  const file = `${path}-swapped`;
  const checksum = createHash('sha256').update(`${head}\n${changed}`).digest('hex');
  await writeFile(file, `${head}\n${checksum}\n${changed}\n`, { mode: 0o600 });
  return file;
};
