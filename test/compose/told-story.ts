/**
 * The story on the demo in containers, after `infra/compose/try` has started it: admits hospital-c, which has no containers, and speaks to hospital-a
 * through its proxy. Its environment: CHARTSEAL_BASE_URL, and CHARTSEAL_IN, the command that runs a shell line in a new container of the service that follows.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type BackendClient, parseTrustFile } from '@chartseal/client';
import type { JWK } from 'jose';
import { Caller, type Hospital, type Reachable } from '../testing/caller.ts';
import { story } from '../testing/story.ts';

const baseUrl = process.env['CHARTSEAL_BASE_URL'] ?? 'https://localhost:8443';
const secrets = process.env['SECRETS_DIR'] ?? '.data/compose/secrets';
const [program = 'docker', ...args] = (process.env['CHARTSEAL_IN'] ?? '').split(' ');
const chartseal = 'node packages/cli/src/main.ts';

/** What the shell line prints in a container of that hospital. @throws Error if it fails */
const inside = async (hospital: Hospital, line: string, input = ''): Promise<string> => {
  const child = spawn(program, [...args, `${hospital}-entry`, '-c', line], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await text(child.stdout);
  if ((await ended) !== 0) throw new Error(`${hospital}: ${line} failed: ${output}`);
  return output;
};

const client = (organization: Hospital, privateJwk: JWK): BackendClient => {
  const own = organization === 'hospital-a';
  return {
    clientId: own ? 'hospital-a-ehr' : organization,
    organization,
    privateJwk,
    scope: own ? 'system/*.cruds' : 'system/*.rs',
  };
};
const made = async (hospital: Hospital): Promise<BackendClient> =>
  client(hospital, JSON.parse(await inside(hospital, `cat /exchange/${hospital}.private.jwk.json`)) as JWK);

const admitted = async (): Promise<BackendClient> => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const id = { kid: 'hospital-c-1', alg: 'ES384' };
  const entry = {
    id: 'hospital-c',
    name: 'hospital-c',
    mspId: 'HospitalCMSP',
    parent: null,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), ...id }] },
    fhirBaseUrl: null,
    tokenUrl: null,
    consentBaseUrl: null,
    witnessUrl: null,
    purposes: ['TREAT', 'HPAYMT', 'HRESCH'],
    breakGlass: false,
    logs: [],
    status: 'active',
  };
  const proposed = await inside(
    'hospital-a',
    `cat >/tmp/admission.json && ${chartseal} directory propose /tmp/admission.json`,
    JSON.stringify({ kind: 'admit', entry }),
  );
  const { hash } = JSON.parse(proposed) as { hash: string };
  await inside('hospital-b', `${chartseal} directory approve ${hash} --yes`);
  return client('hospital-c', { ...privateKey.export({ format: 'jwk' }), ...id });
};

/** Each hospital's authority comes from that hospital's own file. */
const trust = async (): Promise<Reachable['trust']> => {
  const authorities = await Promise.all(
    ['a', 'b'].map((letter) => readFile(`${secrets}/hospital-${letter}/msp-ca.pem`)),
  );
  const given = authorities.map((pem, at) => `--msp Hospital${'AB'[at]}MSP=/tmp/${at}.pem`).join(' ');
  const split = `node -e 'require("node:fs").readFileSync(0, "utf8").split("|").forEach((pem, at) => require("node:fs").writeFileSync("/tmp/" + at + ".pem", pem))'`;
  const output = await inside('hospital-a', `${split} && ${chartseal} trust ${given}`, authorities.join('|'));
  return parseTrustFile(JSON.parse(output));
};

const clients = {
  'hospital-a': await made('hospital-a'),
  'hospital-b': await made('hospital-b'),
  'hospital-c': await admitted(),
};
const { network } = JSON.parse(await inside('hospital-a', 'cat /exchange/founding.json')) as { network: string };
const sandbox = {
  fhirBaseUrl: `${baseUrl}/fhir`,
  tokenUrl: `${baseUrl}/auth/token`,
  consentBaseUrl: `${baseUrl}/consent`,
  network,
  clients,
};
const caller = new Caller(
  () => sandbox,
  () => 'see docker compose logs',
);
await story({
  sandbox,
  trust: await trust(),
  send: (...request) => caller.send(...request),
  token: (...wanted) => caller.token(...wanted),
});
console.log('compose: the story holds');
