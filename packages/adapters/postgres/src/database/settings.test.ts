import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { settingsFromUrl } from './settings-from-url.ts';
import { checkSettings, connectionOf } from './settings.ts';
import type { PostgresSettings } from './settings.ts';

const ca = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----';
const url = 'postgresql://chartseal@db.example:5433/records';
const tcp: PostgresSettings = { host: 'db.example', port: 5433, user: 'chartseal', database: 'records' };
const says =
  (...words: readonly string[]) =>
  (error: unknown): boolean =>
    isKind(error, 'misconfigured') && words.every((word) => error.message.includes(word));

describe('PostgresSettings', () => {
  it('come from the URL and the files', () => {
    deepEqual(settingsFromUrl({ url }), tcp);
    deepEqual(settingsFromUrl({ url: 'postgres://a%40b@[::1]/r', password: 'p', ca, requireTls: true, poolSize: 3 }), {
      host: '::1',
      port: 5432,
      user: 'a@b',
      database: 'r',
      password: 'p',
      ssl: { ca },
      requireTls: true,
      poolSize: 3,
    });
  });

  it('name POSTGRES_URL when it is bad, and never repeat it', () => {
    const bad = [
      'nonsense',
      'mysql://secret@h/d',
      'postgresql://u:secret@h/d',
      'postgresql://h/secret',
      'postgresql://secret@h/',
      'postgresql://secret@h:99999/d',
      'postgresql://sec%ret@h/d',
      ...['prefer', 'no-verify', 'disable', 'require'].map((mode) => `${url}?sslmode=${mode}`),
      `${url}?host=/tmp`,
      `${url}#secret`,
    ];
    for (const each of bad)
      throws(
        () => settingsFromUrl({ url: each, ca }),
        (error) => says('POSTGRES_URL')(error) && !String(error).includes('secret'),
        each,
      );
  });

  it('with requireTls, plaintext and strangers are refused', () => {
    throws(() => checkSettings({ ...tcp, requireTls: true, password: 'p' }), says('POSTGRES_CA_FILE'));
    throws(() => checkSettings({ ...tcp, requireTls: true, ssl: { ca } }), says('POSTGRES_PASSWORD_FILE'));
    checkSettings({ ...tcp, requireTls: true, ssl: { ca }, password: 'p' });
    checkSettings({ ...tcp, requireTls: true, ssl: { ca, cert: 'c', key: 'k' } });
    checkSettings(tcp);
  });

  it('that would verify less than host and chain are refused, whoever asks', () => {
    const sloppy = [{ rejectUnauthorized: false }, { checkServerIdentity: () => undefined }, { sslmode: 'prefer' }];
    for (const more of sloppy)
      throws(() => checkSettings({ ...tcp, ssl: { ca, ...more } }), says(Object.keys(more)[0] ?? ''));
    throws(() => checkSettings({ ...tcp, ssl: { ca: '' } }), says('POSTGRES_CA_FILE'));
    throws(() => checkSettings({ ...tcp, ssl: { ca, cert: 'c' } }), says('ssl.key'));
  });

  it('a Unix socket stays as it is', () => {
    checkSettings({ ...tcp, host: '/run/postgresql', requireTls: true });
    throws(() => checkSettings({ ...tcp, host: '/run/postgresql', ssl: { ca } }), says('socket'));
  });

  it('leave nothing to the environment', () => {
    const all = connectionOf(tcp);
    deepEqual(Object.keys(all).sort(), ['database', 'host', 'password', 'port', 'ssl', 'user']);
    ok(Object.values(all).every((value) => value !== undefined));
    equal(all.ssl, false);
    deepEqual(connectionOf({ ...tcp, ssl: { ca } }).ssl, { ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
  });
});
