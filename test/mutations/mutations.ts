/** Each rule of section C broken, one at a time. A rule that nothing here breaks is a rule that nobody tests: mutations.test.ts counts them. */
import type { Mutation } from './mutation.ts';
import { narrowMutations } from './narrow-mutations.ts';

const query = 'services/query/src';
const rules = 'test/leaks/rules.test.ts';
const leaks = 'test/leaks/leaks.test.ts';
const others = `${query}/other-reads.test.ts`;

export const mutations: readonly Mutation[] = [
  ...narrowMutations,
  {
    rule: 'C1',
    hole: 'what is included or chained to is not decided',
    edits: [
      {
        file: `${query}/decide/other-decisions.ts`,
        from: '      : this.#examineOne(version);\n',
        to: `      : this.#decide(version, 0).then(({ decision, content }) =>
          this.#release(version, { ...decision, effect: 'permit', obligations: [] } as never, content));\n`,
      },
    ],
    shownBy: { file: rules, tests: 'C1' },
  },
  {
    rule: 'C1',
    hole: 'a Binary is everybody’s',
    edits: [
      {
        file: `${query}/decide/other-decisions.ts`,
        from: "if (resourceType === 'Binary') return { content, decision: { ...facts, ...(await this.#proxied(content, depth)) } };",
        to: "if (resourceType === 'Binary') return { content, decision: { ...facts, effect: 'permit', reason: 'consent', basis: [], obligations: [], patients: [] } as never };",
      },
    ],
    shownBy: { file: rules, tests: 'C1' },
  },
  {
    rule: 'C1',
    hole: 'the access log is everybody’s',
    edits: [
      {
        file: `${query}/decide/consent-verdict.ts`,
        from: "if (version.log === 'access') return deny('access-log');",
        to: "if (version.log === 'access') return { effect: 'permit', reason: 'consent', basis: [], obligations: [] };",
      },
    ],
    shownBy: { file: rules, tests: 'C1' },
  },
  {
    rule: 'C2',
    hole: 'a page link serves any client',
    edits: [
      { file: `${query}/paging/page-token.ts`, from: '.setAudience(clientId)', to: ".setAudience('anybody')" },
      { file: `${query}/paging/page-token.ts`, from: 'audience: clientId,', to: "audience: 'anybody'," },
    ],
    shownBy: { file: rules, tests: 'C2' },
  },
  {
    rule: 'C2',
    hole: 'the page is cut before it is decided',
    edits: [
      {
        file: `${query}/paging/permitted-page.ts`,
        from: 'if (versions.length < limit) return { entries, filtered, next: undefined };',
        to: 'return { entries, filtered, next: versions.length < limit ? undefined : at };',
      },
      {
        file: `${query}/paging/permitted-page.ts`,
        from: 'Math.max(page.count + 1, decidedAtOnce)',
        to: 'page.count + 1',
      },
    ],
    shownBy: { file: `${query}/paging/permitted-page.test.ts`, tests: '' },
  },
  {
    rule: 'C3',
    hole: 'chains see what the requester may not read',
    edits: [
      {
        file: `${query}/interactions/search/visible-matches.ts`,
        from: "if (decisions.principal.kind === 'own') return async () => true;",
        to: 'if (decisions !== undefined) return async () => true;',
      },
    ],
    shownBy: { file: leaks, tests: 'C3' },
  },
  {
    rule: 'C4',
    hole: 'others may count',
    edits: [
      {
        file: `${query}/interactions/refuse-counting.ts`,
        from: "if (kind === 'other' && (",
        to: "if (kind === ('nobody' as string) && (",
      },
    ],
    shownBy: { file: rules, tests: 'C4' },
  },
  {
    rule: 'C4',
    hole: 'others are told a total',
    edits: [
      {
        file: `${query}/interactions/search/search.ts`,
        from: "const isCounted = decisions.principal.kind === 'own' && result.total !== 'none'",
        to: "const isCounted = result.total !== 'none'",
      },
    ],
    shownBy: { file: rules, tests: 'C4' },
  },
  {
    rule: 'C5',
    hole: 'a reverse chain is not known for one',
    edits: [
      {
        file: `${query}/interactions/search/visible-matches.ts`,
        from: "return condition.kind === 'chain' || condition.kind === 'has';\n};",
        to: "return condition.kind === 'chain';\n};",
      },
    ],
    shownBy: { file: rules, tests: 'C5' },
  },
  {
    rule: 'C6',
    hole: 'decisions are joined to versions by position',
    edits: [
      {
        file: `${query}/decide/other-decisions.ts`,
        from: 'return Promise.all(versions.map(async (version) => this.#examineOne(version)));',
        to: `return Promise.all(versions.map(async (version, at) => {
          const { decision } = await this.#decide(versions.at(-1 - at) ?? version, 0);
          return this.#release(version, decision, (await this.#decide(version, 0)).content);
        }));`,
      },
      {
        file: `${query}/release/released.ts`,
        from: 'if (key.resourceType !== version.resourceType || key.id !== version.id || versionId !== version.versionId) {',
        to: 'if (key === undefined && versionId === undefined) {',
      },
      {
        file: `${query}/paging/permitted-page.ts`,
        from: 'const examined = new Map((await decisions.examine(versions)).map((one) => [nameOf(one.decision), one]));',
        to: `const inOrder = await decisions.examine(versions);
    const examined = new Map(versions.map(({ resourceType, id, versionId }, index) =>
      [nameOf({ key: { resourceType, id }, versionId }), inOrder[index] as never]));`,
      },
    ],
    shownBy: { file: rules, tests: 'C6' },
  },
  {
    rule: 'C7',
    hole: 'what is withheld is forbidden',
    edits: [
      {
        file: `${query}/interactions/outcome.ts`,
        from: `  kind: 'refusal',
  error: notFound(),
  trail: [{ kind: 'refusal', interaction, named, decision }],`,
        to: `  kind: 'refusal',
  error: new ChartsealError('forbidden', 'not for you'),
  trail: [{ kind: 'refusal', interaction, named, decision }],`,
      },
    ],
    shownBy: { file: rules, tests: 'C7' },
  },
  {
    rule: 'C8',
    hole: 'references say whom they are about',
    edits: [
      {
        file: `${query}/release/redact-references.ts`,
        from: 'if (Array.isArray(value) || !isWithheld(value, withheld)) continue;',
        to: 'if (Array.isArray(value) || isWithheld(value, withheld) !== undefined) continue;',
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C8',
    hole: 'what was redacted is proved whole',
    edits: [
      {
        file: `${query}/interactions/proof.ts`,
        from: "if (released.form === 'subsetted')",
        to: "if (released.form === ('never' as string))",
      },
      {
        file: `${query}/release/proof-answer.ts`,
        from: "if (released.form !== 'whole')",
        to: "if (released.form === ('never' as string))",
      },
    ],
    shownBy: { file: rules, tests: 'C8' },
  },
  {
    rule: 'C9',
    hole: 'a Bundle says what labels its entries have',
    edits: [
      {
        file: `${query}/release/bundle.ts`,
        from: 'const security = bundleLabels(released.flatMap(({ labels }) => labels));',
        to: 'const security = released.flatMap(({ text }) => (JSON.parse(text) as { meta?: { security?: never[] } }).meta?.security ?? []);',
      },
    ],
    shownBy: { file: rules, tests: 'C9' },
  },
  {
    rule: 'C10',
    hole: 'nobody looks again before the first byte',
    edits: [
      {
        file: `${query}/interactions/disclose.ts`,
        from: "if (held === 'hold') return withReceipts(",
        to: 'if (held !== undefined) return withReceipts(',
      },
    ],
    shownBy: { file: others, tests: 'another organisation reads C10' },
  },
  {
    rule: 'C11',
    hole: 'a stale view decides',
    edits: [{ file: `${query}/decide/gatekeeper.ts`, from: 'await deps.freshness.ensureFresh();', to: '' }],
    shownBy: { file: others, tests: 'another organisation reads C11' },
  },
  {
    rule: 'C11',
    hole: 'heights alone say how fresh the view is',
    edits: [
      {
        file: 'packages/server/src/ledger-view/freshness.ts',
        from: 'const isFresh = (): boolean => arrivedMs - this.#confirmedMs <= maxStalenessMs;',
        to: 'const isFresh = (): boolean => arrivedMs - this.#confirmedMs <= maxStalenessMs || this.#options.view.height >= 0;',
      },
    ],
    shownBy: { file: 'packages/server/src/ledger-view/ledger-view.test.ts', tests: '' },
  },
  {
    rule: 'C12',
    hole: 'what was verified once stays so',
    edits: [
      {
        file: `${query}/consent-view/consent-view.ts`,
        from: 'known?.stamp === material.stamp ? known',
        to: 'known !== undefined ? known',
      },
    ],
    shownBy: { file: rules, tests: 'C12' },
  },
  {
    rule: 'C12',
    hole: 'what cannot be audited leaves all the same',
    edits: [
      {
        file: `${query}/audit/write-access.ts`,
        from: "throw new ChartsealError('store-unavailable', 'the access could not be audited', {}, { cause: error });",
        to: 'void error;',
      },
    ],
    shownBy: { file: others, tests: 'another organisation reads C12' },
  },
  {
    rule: 'C13',
    hole: 'refusals leave no trace',
    edits: [
      {
        file: `${query}/interactions/outcome.ts`,
        from: `  trail: [{ kind: 'refusal', interaction, named, decision }],
});`,
        to: `  trail: [],
});`,
      },
    ],
    shownBy: { file: rules, tests: 'C13' },
  },
  {
    rule: 'C13',
    hole: 'the trail names what was filtered out',
    edits: [
      {
        file: `${query}/audit/decision-extension.ts`,
        from: "{ url: 'filtered', valueUnsignedInt: event.filtered }",
        to: "{ url: 'filtered', valueString: 'Observation/ben-weight' }",
      },
    ],
    shownBy: { file: rules, tests: 'C13' },
  },
];
