import { doesNotMatch, match, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { isKind } from '@chartseal/ports';
import { checkSettings, type RedisSettings } from './settings.ts';

const [authority = ''] = rootCertificates;

const right: RedisSettings = {
  url: 'rediss://cache.example:6379',
  username: 'chartseal',
  password: 's3cret',
  ca: authority,
  requireTls: true,
};

describe('settings for Redis', () => {
  it('are right', () => {
    for (const url of [right.url, 'rediss://[::1]:6379', 'rediss://cache.example', 'rediss://cache.example:1/2'])
      checkSettings({ ...right, url });
    checkSettings({ url: 'redis://127.0.0.1:6379' });
  });

  const { username: _, password: _password, ...nobody } = right;
  const { ca: _ca, ...anyAuthority } = right;
  for (const [name, settings, says] of [
    ['plaintext', { ...anyAuthority, url: 'redis://cache.example:6379' }, /^REDIS_URL is plaintext/],
    ['nobody’s', nobody, /^REDIS_USERNAME is missing/],
    ['half a login', { url: right.url, username: 'chartseal' }, /^REDIS_USERNAME and REDIS_PASSWORD_FILE/],
    ['an authority without TLS', { url: 'redis://cache.example', ca: authority }, /^REDIS_CA_FILE/],
    ['an authority that is none', { ...right, ca: 's3cret' }, /^REDIS_CA_FILE/],
    ['a password in the URL', { ...right, url: 'rediss://u:s3cret@cache.example' }, /^REDIS_URL is wrong/],
    ['another protocol', { ...right, url: 'https://cache.example' }, /^REDIS_URL is wrong/],
    ['no URL', { ...right, url: 's3cret' }, /^REDIS_URL is wrong/],
  ] as const satisfies readonly (readonly [string, RedisSettings, RegExp])[])
    it(`are refused, naming the variable: ${name}`, () =>
      throws(
        () => checkSettings(settings),
        (error) => {
          ok(isKind(error, 'misconfigured'));
          match(error.message, says);
          doesNotMatch(error.message, /s3cret/);
          return true;
        },
      ));
});
