import { deepEqual, ok } from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loggedVersion, proofVerdicts, type ProofVerdict } from '@chartseal/client/testing';
import type * as Verify from '@chartseal/client/verify';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { skipWithout } from './available.ts';

/** As a page of a stranger's would load it; a module of Node's in it is an error. */
const bundle = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('@chartseal/client/verify'))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
};

/** Runs in the page. */
const verdictsOf = async ({
  url,
  cases,
}: {
  readonly url: string;
  readonly cases: readonly ProofVerdict[];
}): Promise<readonly string[]> => {
  const { parseTrustFile, verifyProof } = (await import(url)) as typeof Verify;
  const verdicts: string[] = [];
  for (const { proof, trust } of cases) {
    const found = await verifyProof(proof, parseTrustFile(trust));
    verdicts.push(found.outcome === 'proved' ? 'proved' : [found.fault, found.at ?? ''].join(' ').trim());
  }
  return verdicts;
};

type CoseCase = { readonly receipt: readonly number[]; readonly members: object; readonly logs: readonly string[] };

/** Runs in the page. */
const coseVerdictOf = async ({ url, receipt, members, logs }: CoseCase & { readonly url: string }): Promise<string> => {
  const { receiptSubject, verifyCoseReceipt } = (await import(url)) as typeof Verify;
  const subject = receiptSubject(members);
  if (subject === undefined) return 'no subject';
  const found = await verifyCoseReceipt(Uint8Array.from(receipt), subject, { logs });
  return found.outcome === 'proved' ? 'proved' : found.fault;
};

describe('@chartseal/client/verify in a browser', { skip: skipWithout('chromium') }, () => {
  let script = '';
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', url === '/verify.js' ? 'text/javascript' : 'text/html');
    response.end(url === '/verify.js' ? script : '<!doctype html><title>Chartseal</title>');
  });
  let browser: Browser | undefined;
  let page: Page | undefined;

  before(async () => {
    script = await bundle();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  after(async () => {
    await browser?.close();
    server.close();
  });

  it('finds of every proof what a verifier on Node finds', async () => {
    const cases = await proofVerdicts();
    deepEqual(
      await page?.evaluate(verdictsOf, { url: '/verify.js', cases }),
      cases.map(({ verdict }) => verdict),
    );
  });

  it('checks a COSE receipt', async () => {
    const {
      coseReceipt = new Uint8Array(),
      members,
      verifierKey,
    } = await loggedVersion('{"id":"o1","meta":{"versionId":"2"},"resourceType":"Observation"}');
    const whole = {
      url: '/verify.js',
      receipt: [...coseReceipt],
      members: { ...members, network: '', receipt: { type: '' } },
      logs: [verifierKey],
    };
    const altered = {
      ...whole,
      receipt: whole.receipt.map((byte, at) => (at === whole.receipt.length - 1 ? byte ^ 1 : byte)),
    };
    deepEqual(
      [await page?.evaluate(coseVerdictOf, whole), await page?.evaluate(coseVerdictOf, altered)],
      ['proved', 'tree-head'],
    );
  });

  it('brings no definitions of FHIR with it', () => {
    ok(script.length < 400_000);
  });
});
