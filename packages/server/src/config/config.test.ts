import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { readEnv } from './env.ts';
import { OPERATION_ENV } from './operation-env.ts';
import { renderEnvDocs } from './render-env-docs.ts';
import { integerVariable, optional, textVariable } from './variables.ts';

const says =
  (...patterns: RegExp[]) =>
  (error: unknown) =>
    isKind(error, 'misconfigured') && patterns.every((pattern) => pattern.test(error.message));

const port = integerVariable({ description: 'x', default: '8080', min: 0, max: 65_535 });
const name = textVariable({ description: 'x', default: 'y', expects: 'a name' });

describe('the configuration', () => {
  it('names every variable that is wrong and what to set it to, and repeats no value', () => {
    const env = { PORT: '80x0', LOG_LEVEL: 'loud', CONSENT_MAX_STALENESS_MS: '-1', NAME: 'fine' };
    assert.throws(
      () => readEnv({ PORT: port, NAME: name, ...OPERATION_ENV }, env),
      says(
        /PORT is wrong: set it to a whole number from 0 to 65535/,
        /LOG_LEVEL/,
        /CONSENT_MAX/,
        /^(?!.*(80x0|loud|NAME))/s,
      ),
    );
    const schema = { TOKEN: textVariable({ description: 'x', expects: 'a token' }) };
    assert.throws(() => readEnv(schema, {}), says(/TOKEN is missing: set it to a token/));
  });

  it('takes an empty variable for one that is not set', () => {
    const schema = { PORT: port, MAYBE: optional(port) };
    assert.deepEqual(readEnv(schema, { PORT: '', MAYBE: '' }), { PORT: 8080, MAYBE: undefined });
    assert.deepEqual(readEnv(schema, { MAYBE: '1' }), { PORT: 8080, MAYBE: 1 });
    assert.throws(() => readEnv(schema, { MAYBE: 'x' }), says(/MAYBE is wrong/));
  });

  it('is documented variable by variable', () => {
    const docs = renderEnvDocs({ PORT: port, MAYBE: optional(name), TOKEN: { ...port, default: '1' } });
    for (const row of ['| `PORT` | `8080` |', '| `MAYBE` | unset |']) assert.ok(docs.includes(row));
  });
});
