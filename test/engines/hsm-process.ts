/** A process of its own on an HSM: tells what keys it got, or why not. */
import { text } from 'node:stream/consumers';
import { type HsmSettings, openHsm } from '@chartseal/hsm';
import { ChartsealError } from '@chartseal/ports';

const { settings, name } = JSON.parse(await text(process.stdin)) as { settings: HsmSettings; name: string };
try {
  await using vault = await openHsm(settings);
  const [signer, jwk, secret] = await Promise.all([
    vault.signer(`ledger-identity:${name}`, 'ES256'),
    vault.privateJwk(`client:${name}`, 'ES256'),
    vault.secret('cache'),
  ]);
  const found = [signer.publicKey, secret].map((bytes) => Buffer.from(bytes).toString('base64'));
  process.stdout.write(JSON.stringify({ signer: found[0], kid: jwk.kid, secret: found[1] }));
} catch (error) {
  process.stdout.write(error instanceof ChartsealError ? `${error.kind}: ${error.message}` : String(error));
}
