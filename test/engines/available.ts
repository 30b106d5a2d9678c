/** Which engines this machine has. Tests of one that it lacks are counted as skipped, and the run says so in capitals. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { driverLack } from '@chartseal/hsm/testing';

export type EngineName = 'kafka' | 'postgres' | 'redis' | 'softhsm' | 'fabric' | 'proxy' | 'chromium' | 'cose' | 'go';

type Need = {
  readonly programs: readonly string[];
  readonly also?: string;
  readonly remedy: string;
  /** What it lacks beside programs. */
  readonly lack?: () => string | undefined;
};

/** Where Go's makers have it put, should the PATH not name it. */
export const goFolder = '/usr/local/go/bin';

/** What the foreign tools are written for. */
const goLack = (): string | undefined => {
  const { stdout } = spawnSync('go', ['version'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH']}${delimiter}${goFolder}` },
  });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > 1 || Number(minor) >= 24 ? undefined : 'older than Go 1.24';
};

/** A Python that has what test/engines/cose-receipt.py imports. */
export const pythonWithCose = (): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import cbor2, cryptography']).status === 0,
  );

const needs: Readonly<Record<EngineName, Need>> = {
  kafka: { programs: ['java', 'mvn', 'openssl'], remedy: 'Debian: apt-get install openjdk-17-jre-headless maven' },
  postgres: { programs: ['openssl'], remedy: 'Debian: apt-get install openssl' },
  redis: { programs: ['redis-server', 'openssl'], remedy: 'Debian: apt-get install redis-server' },
  softhsm: { programs: ['softhsm2-util'], remedy: 'Debian: apt-get install softhsm2', lack: driverLack },
  fabric: {
    programs: ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'],
    also: process.env['FABRIC_BIN'] ?? '',
    remedy: 'put Fabric’s binaries on the PATH, or name their folder in FABRIC_BIN',
  },
  proxy: { programs: ['nginx'], remedy: 'Debian: apt-get install nginx-light' },
  go: {
    programs: ['go'],
    also: goFolder,
    remedy: 'Go 1.24 or later, from Debian’s backports or its makers',
    lack: goLack,
  },
  cose: {
    programs: ['python3'],
    remedy: 'Debian: apt-get install python3-cbor2 python3-cryptography',
    lack: () =>
      pythonWithCose() === undefined ? 'no Python with cbor2 and cryptography (Debian: python3-cbor2)' : undefined,
  },
  chromium: { programs: ['chromium'], remedy: 'Debian: apt-get install chromium' },
};

const isThere = (program: string, also: string): boolean =>
  [also, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .filter((folder) => folder !== '')
    .some((folder) => existsSync(join(folder, program)));

/** What the machine lacks for an engine, and how to get it; undefined if it has all. */
export const lackOf = (engine: EngineName): string | undefined => {
  const { programs, also = '', remedy, lack } = needs[engine];
  const missing = programs.filter((program) => !isThere(program, also));
  if (missing.length > 0) return `${engine}: ${missing.join(', ')} missing (${remedy})`;
  const other = lack?.();
  return other === undefined ? undefined : `${engine}: ${other}`;
};

/** For node's `skip` option: false where all these engines can run. */
export const skipWithout = (...engines: readonly EngineName[]): string | false => {
  const lacks = engines.flatMap((engine) => lackOf(engine) ?? []);
  return lacks.length === 0 ? false : lacks.join('; ');
};

export const engineNames = Object.keys(needs) as readonly EngineName[];
