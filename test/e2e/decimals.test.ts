import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { proved } from '../testing/proof.ts';

const observation = (value: string): string =>
  `{"resourceType":"Observation","status":"final","code":{"text":"lactate"},"valueQuantity":{"value":${value}}}`;

describe('What was written reads back to the digit, and its proof verifies', { concurrency: true }, () => {
  let gateway: GatewayProcess;
  before(async () => {
    gateway = await GatewayProcess.start();
  });
  after(() => gateway[Symbol.asyncDispose]());

  const written = async (body: string): Promise<string> => {
    const { resourceType } = JSON.parse(body) as { resourceType: string };
    const { status, text } = await gateway.send('POST', resourceType, { body });
    equal(status, 201, text);
    const reference = `${resourceType}/${(JSON.parse(text) as { id: string }).id}`;
    const read = await gateway.send('GET', reference);
    equal(read.text, text);
    equal((await proved(gateway, reference)).content, text);
    return text;
  };

  const decimals = [
    '1.10',
    '1.0',
    '1',
    '0.00',
    '-0.0',
    '1E2',
    '1.50e-7',
    '12345678901234567890',
    '0.12345678901234567890',
  ];
  for (const value of decimals) {
    it(value, async () => {
      const [, received] = /"valueQuantity":\{"value":([^,}]*)/.exec(await written(observation(value))) ?? [];
      equal(received, value);
    });
  }

  it('several numbers at once, each its own', async () => {
    const texts = decimals.map((value) => `{"code":{"text":"part"},"valueQuantity":{"value":${value}}}`);
    const body = `{"resourceType":"Observation","status":"final","code":{"text":"panel"},"component":[${texts.join(',')}]}`;
    const received = [...(await written(body)).matchAll(/"value":([^,}]*)/g)].map(([, value]) => value);
    deepEqual(received, decimals);
  });

  it('members in any order', async () => {
    const text = await written(
      '{"valueQuantity":{"unit":"mmol/L","value":2.50},"code":{"text":"z"},"status":"final","resourceType":"Observation"}',
    );
    ok(/"value":2\.50[,}]/.test(text));
  });

  it('emoji, accents, escapes and both halves of a surrogate pair', async () => {
    const family = 'Grüß 👩‍⚕️ "\\ \t \u2028 \u{1F9EC} é';
    const escaped = JSON.stringify(family).replace('\u{1F9EC}', '\\ud83e\\uddec');
    const text = await written(`{"resourceType":"Patient","name":[{"family":${escaped}}]}`);
    equal((JSON.parse(text) as { name: { family: string }[] }).name[0]?.family, family);
  });
});
